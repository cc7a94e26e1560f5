"""Every statement that reads or changes rows; the tables stand in sql/."""

from __future__ import annotations

from functools import lru_cache

# --- named values and cursors ----------------------------------------------------------------------------------------

VALUE = "SELECT value FROM named_values WHERE name = ?"
SET_VALUE = "INSERT INTO named_values VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
CURSOR = "SELECT cursor FROM cursors WHERE source = ?"
SET_CURSOR = "INSERT INTO cursors VALUES (?, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor"

# --- tickets ---------------------------------------------------------------------------------------------------------

TICKET = "SELECT source, id, body, version FROM tickets WHERE source = ? AND id = ?"
SOURCES = """
WITH RECURSIVE known (source) AS (
  SELECT min(source) FROM tickets
  UNION ALL
  SELECT (SELECT min(source) FROM tickets WHERE source > known.source) FROM known WHERE known.source IS NOT NULL
)
SELECT source FROM known WHERE source IS NOT NULL
"""
HISTORIES = "SELECT body FROM tickets WHERE source = ? ORDER BY id"
LAST_PLACE = "SELECT coalesce(max(marked), 0) FROM tickets WHERE marked IS NOT NULL"
SAVE_TICKET = """
INSERT INTO tickets (source, marked, version, id, body) VALUES (?1, ?2, 1, ?3, ?4)
ON CONFLICT DO UPDATE SET
  body = excluded.body, version = version + 1, marked = coalesce(marked, excluded.marked), touched_at = NULL
WHERE body <> excluded.body
"""
# The version grows too: a judgement by the old rules that is still on its way must not take the mark off.
MARK_ALL = "UPDATE tickets SET version = version + 1, marked = coalesce(marked, ?)"
DUE_TICKETS = """
SELECT t.source, t.id, t.body, t.version
FROM commitments AS c JOIN tickets AS t ON t.source = c.source AND t.id = c.ticket
WHERE c.changes_at <= ? ORDER BY c.changes_at
"""
MARKED_TICKETS = """
SELECT source, id, body, version FROM tickets WHERE marked IS NOT NULL ORDER BY marked LIMIT ?
"""
STANDING = "SELECT version, marked, touched_at FROM tickets WHERE source = ? AND id = ?"
UNMARK = "UPDATE tickets SET marked = NULL, touched_at = coalesce(touched_at, ?) WHERE source = ? AND id = ?"
# In slices behind (?2, ?3); with whether each must stay: its ticket waits, is open, or is to be told about.
OLD_TICKETS = """
SELECT touched_at, rowid, marked IS NOT NULL OR EXISTS (
  SELECT 1 FROM commitments AS c
  WHERE c.source = tickets.source AND c.ticket = tickets.id AND c.status NOT IN ('met', 'missed', 'cancelled')
) OR EXISTS (
  SELECT 1 FROM deliveries AS d WHERE d.source = tickets.source AND d.ticket = tickets.id AND d.ended_at IS NULL
)
FROM tickets WHERE touched_at < ?1 AND (touched_at, rowid) > (?2, ?3) ORDER BY touched_at, rowid LIMIT ?4
"""
FORGET_TICKET = "DELETE FROM tickets WHERE rowid = ?"

# --- commitments -----------------------------------------------------------------------------------------------------

_COMMITMENT = """policy, target, cycle, status, clock, started_at, due_at, breached_at, stopped_at, changes_at, rules,
  confidence, elapsed"""
COMMITMENTS = f"""
SELECT {_COMMITMENT}
FROM commitments WHERE source = ? AND ticket = ? ORDER BY policy, target, cycle
"""
FINALS = f"""
SELECT {_COMMITMENT}
FROM commitments
WHERE source = ? AND ticket = ? AND status IN ('met', 'missed', 'cancelled') AND rules <> ?
ORDER BY policy, target, cycle
"""
SAVE_COMMITMENT = f"""
INSERT INTO commitments (source, ticket, {_COMMITMENT})
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  status = excluded.status, clock = excluded.clock, started_at = excluded.started_at, due_at = excluded.due_at,
  breached_at = excluded.breached_at, stopped_at = excluded.stopped_at, changes_at = excluded.changes_at,
  rules = excluded.rules, confidence = excluded.confidence,
  elapsed = excluded.elapsed
"""
DROP_COMMITMENT = """
DELETE FROM commitments WHERE source = ? AND ticket = ? AND policy = ? AND target = ? AND cycle = ?
"""
NEAREST = f"""
SELECT source, ticket, {_COMMITMENT}
FROM commitments
WHERE coalesce(due_at, breached_at) >= ? AND coalesce(due_at, breached_at) IS NOT NULL
AND status NOT IN ('met', 'missed', 'cancelled')
ORDER BY coalesce(due_at, breached_at) LIMIT ?
"""
OPEN_TICKETS = """
SELECT DISTINCT ticket FROM commitments
WHERE source = ? AND ticket > ? AND status NOT IN ('met', 'missed', 'cancelled') ORDER BY ticket LIMIT ?
"""
NEXT_CHANGE = "SELECT min(changes_at) FROM commitments WHERE changes_at IS NOT NULL"
COMMITMENT_COUNTS = "SELECT source, policy, target, status, number FROM commitment_counts WHERE number > 0"

# --- what people have said -------------------------------------------------------------------------------------------

SAVE_ACK = """
INSERT INTO acks (source, ticket, target, said_by, said_at, until) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET said_by = excluded.said_by, said_at = excluded.said_at, until = excluded.until
"""
ANY_ACK = "SELECT 1 FROM acks LIMIT 1"
ACKS = "SELECT target, said_by, said_at, until FROM acks WHERE source = ? AND ticket = ? ORDER BY target"
# Only what is open can be taken care of; one without an end is of what had begun when it was said.
STANDING_ACKS = """
SELECT source, ticket, target, said_by, said_at, until FROM acks AS a
WHERE (until IS NULL OR until > ?) AND EXISTS (
  SELECT 1 FROM commitments AS c
  WHERE c.source = a.source AND c.ticket = a.ticket AND c.status NOT IN ('met', 'missed', 'cancelled')
  AND a.target IN ('', c.target) AND (a.until IS NOT NULL OR c.started_at <= a.said_at)
)
ORDER BY source, ticket, target
"""
# The version grows with a mark: a judgement that was made before and is still on its way must not take it off.
MARK_TICKET = """
UPDATE tickets SET version = version + 1, marked = coalesce(marked, ?) WHERE source = ? AND id = ?
"""
# Whoever is looked at again only by the end of the silence may have been looked at under it; whoever waits for judging
# may be under it right now.
MARK_UNTIL = """
UPDATE tickets SET version = version + 1, marked = coalesce(marked, ?1)
WHERE rowid IN (
  SELECT t.rowid FROM commitments AS c JOIN tickets AS t ON t.source = c.source AND t.id = c.ticket
  WHERE c.changes_at <= ?2
  UNION ALL SELECT rowid FROM tickets WHERE marked IS NOT NULL
)
"""
STANDING_SILENCE = "SELECT until FROM silences WHERE id = ?1 AND until > ?2"
SAVE_SILENCE = """
INSERT INTO silences (id, match, begins_at, until, said_by, comment) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  match = excluded.match, begins_at = excluded.begins_at, until = excluded.until,
  said_by = excluded.said_by, comment = excluded.comment
"""
END_SILENCE = "UPDATE silences SET until = ?1 WHERE id = ?2"
SILENCES = """
SELECT id, match, begins_at, until, said_by, comment FROM silences WHERE until > ? ORDER BY until, id
"""
FORGET_SILENCES = "DELETE FROM silences WHERE until < ?"
FORGET_ACKS = """
DELETE FROM acks WHERE said_at < ?
AND NOT EXISTS (SELECT 1 FROM tickets AS t WHERE t.source = acks.source AND t.id = acks.ticket)
"""


@lru_cache(2)  # for whole batches, and for what is left of the last one
def save_tickets(number: int) -> str:
    """SAVE_TICKET for so many rows at once; its parameters are SOURCE, MARKED, then ID and BODY of each."""
    rows = (f"(?1, ?2, 1, ?{one}, ?{one + 1})" for one in range(3, 3 + 2 * number, 2))
    return SAVE_TICKET.replace("(?1, ?2, 1, ?3, ?4)", ", ".join(rows))
