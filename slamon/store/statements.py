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
FORGET_TICKETS = """
DELETE FROM tickets WHERE touched_at < ? AND marked IS NULL
AND NOT EXISTS (
  SELECT 1 FROM commitments AS c
  WHERE c.source = tickets.source AND c.ticket = tickets.id AND c.status NOT IN ('met', 'missed', 'cancelled')
) AND NOT EXISTS (
  SELECT 1 FROM deliveries AS d
  WHERE d.source = tickets.source AND d.ticket = tickets.id AND d.ended_at IS NULL
)
"""

# --- commitments -----------------------------------------------------------------------------------------------------

COMMITMENTS = """
SELECT policy, target, cycle, status, clock, started_at, due_at, breached_at, stopped_at, changes_at, rules
FROM commitments WHERE source = ? AND ticket = ? ORDER BY policy, target, cycle
"""
FINALS = """
SELECT policy, target, cycle, status, clock, started_at, due_at, breached_at, stopped_at, changes_at, rules
FROM commitments
WHERE source = ? AND ticket = ? AND status IN ('met', 'missed', 'cancelled') AND rules <> ?
ORDER BY policy, target, cycle
"""
SAVE_COMMITMENT = """
INSERT INTO commitments
  (source, ticket, policy, target, cycle, status, clock, started_at, due_at, breached_at, stopped_at, changes_at, rules)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  status = excluded.status, clock = excluded.clock, started_at = excluded.started_at, due_at = excluded.due_at,
  breached_at = excluded.breached_at, stopped_at = excluded.stopped_at, changes_at = excluded.changes_at,
  rules = excluded.rules
"""
DROP_COMMITMENT = """
DELETE FROM commitments WHERE source = ? AND ticket = ? AND policy = ? AND target = ? AND cycle = ?
"""
NEAREST = """
SELECT
  source, ticket, policy, target, cycle, status, clock, started_at, due_at, breached_at, stopped_at, changes_at, rules
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

# --- deliveries ------------------------------------------------------------------------------------------------------

QUEUE = """
INSERT INTO deliveries
  (identity, source, ticket, route, notifier, moment, promise, due_at, message, state, next_at, attempts, sealed)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending', ?8, 0, 0
WHERE NOT EXISTS (SELECT 1 FROM spent_identities WHERE source = ?2 AND ticket = ?3 AND identity = ?1)
ON CONFLICT (identity) DO NOTHING
"""
CLAIM = """
UPDATE deliveries SET state = 'claimed', claimed_at = ?2
WHERE id IN (
  SELECT id FROM deliveries WHERE notifier = ?1 AND state = 'pending' AND next_at <= ?2 ORDER BY next_at, id LIMIT ?3
)
RETURNING next_at, id, identity, source, ticket, route, notifier, moment, promise, due_at, attempts, sealed, message
"""
NEXT_DELIVERY = "SELECT min(next_at) FROM deliveries WHERE notifier = ? AND state = 'pending'"
SEAL = "UPDATE deliveries SET message = ?, sealed = 1 WHERE id = ? AND state = 'claimed' AND sealed = 0"
# Pending ones too: a delivery that was given back while its last send was still under way has ended all the same.
SETTLE = "UPDATE deliveries SET state = ?, ended_at = ?, error = ? WHERE id = ? AND ended_at IS NULL"
RETRY = """
UPDATE deliveries SET state = 'pending', next_at = ?, error = ?, attempts = attempts + 1, claimed_at = NULL
WHERE id = ? AND state = 'claimed'
"""
RELEASE = "UPDATE deliveries SET state = 'pending', claimed_at = NULL WHERE state = 'claimed'"
DELIVERY_COUNTS = "SELECT notifier, state, number FROM delivery_counts WHERE number > 0"
KEEP_IDENTITIES = """
INSERT INTO spent_identities
SELECT d.source, d.ticket, d.identity
FROM deliveries AS d JOIN tickets AS t ON t.source = d.source AND t.id = d.ticket
WHERE d.ended_at < ?
ON CONFLICT DO NOTHING
"""
FORGET_DELIVERIES = "DELETE FROM deliveries WHERE ended_at < ?"


@lru_cache(2)  # for whole batches, and for what is left of the last one
def save_tickets(number: int) -> str:
    """SAVE_TICKET for so many rows at once; its parameters are SOURCE, MARKED, then ID and BODY of each."""
    rows = (f"(?1, ?2, 1, ?{one}, ?{one + 1})" for one in range(3, 3 + 2 * number, 2))
    return SAVE_TICKET.replace("(?1, ?2, 1, ?3, ?4)", ", ".join(rows))
