"""Every statement by which slamon is watched over; the tables stand in sql/."""

RAISED = "SELECT name, subject, number, raised_at, text, calm, cleared_at FROM raised_conditions ORDER BY name, subject"
SAVE_RAISED = """
INSERT INTO raised_conditions (name, subject, number, raised_at, text, calm, cleared_at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  number = excluded.number, raised_at = excluded.raised_at, text = excluded.text, calm = excluded.calm,
  cleared_at = excluded.cleared_at
"""
# Notifications, and the deliveries that none could be made of.
LOST = """
SELECT notifier, count(*), max(ended_at) FROM (
  SELECT notifier, ended_at FROM notifications WHERE state IN ('dead', 'expired') AND ended_at > ?1
  UNION ALL
  SELECT notifier, ended_at FROM deliveries WHERE state = 'dead' AND notification IS NULL AND ended_at > ?1
) GROUP BY notifier
"""
OVERDUE = """
SELECT notifier, count(*) FROM (
  SELECT notifier FROM deliveries WHERE state = 'pending' AND not_before < ?1
  UNION ALL
  SELECT notifier FROM notifications WHERE state IN ('pending', 'sending') AND made_at < ?1
) GROUP BY notifier
"""
UNCLEAR = """
SELECT source, sum(unmatched), sum(undetermined) FROM (
  SELECT source, count(*) AS unmatched, 0 AS undetermined FROM commitments
  WHERE status = 'unmatched' AND clock <> 'stopped' GROUP BY source
  UNION ALL
  SELECT source, 0, count(*) FROM commitments
  WHERE confidence = 'undetermined' AND status NOT IN ('met', 'missed', 'cancelled') GROUP BY source
) GROUP BY source HAVING sum(unmatched) + sum(undetermined) > 0
"""
# So many tickets behind a place, each with whether it matters.
CURRENT = """
SELECT t.source, t.id, EXISTS (
  SELECT 1 FROM commitments AS c
  WHERE c.source = t.source AND c.ticket = t.id
  AND (c.status NOT IN ('met', 'missed', 'cancelled') OR c.stopped_at >= ?4)
)
FROM (SELECT source, id FROM tickets WHERE (source, id) > (?1, ?2) ORDER BY source, id LIMIT ?3) AS t
"""
OUTCOME = """
SELECT d.state, d.notifier, EXISTS (SELECT 1 FROM notifications AS n WHERE n.copy_of = d.notification)
FROM deliveries AS d WHERE d.identity = ?
"""
