"""Every statement on deliveries and notifications; the tables stand in sql/."""

_DELIVERY = """identity, source, ticket, policy, target, cycle, route, notifier, moment, promise, due_at, not_before,
  bundle, address, collective, follows, remark"""
_NOTIFICATION = "id, notifier, message, made_at, attempts, doubtful, copy_of IS NOT NULL, seen"

# --- queueing --------------------------------------------------------------------------------------------------------

KNOWN = "SELECT id, state FROM deliveries WHERE identity = ?"
SPENT = "SELECT 1 FROM spent_identities WHERE source = ? AND ticket = ? AND identity = ?"
QUEUE = f"""
INSERT INTO deliveries ({_DELIVERY}, queued_at, turn, put_off, state)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 'pending')
"""
# The limit is a safeguard: nothing comes and goes that often by itself.
QUEUE_AGAIN = """
UPDATE deliveries SET
  state = 'pending', notification = NULL, ended_at = NULL, error = NULL, turn = turn + 1,
  queued_at = ?, notifier = ?, due_at = ?, not_before = ?, bundle = ?, address = ?, collective = ?, remark = ?
WHERE id = ? AND turn < 100 AND NOT (follows AND error IS ?)
"""
TURN = "UPDATE deliveries SET turn = turn + 1 WHERE id = ?"

# --- what waits ------------------------------------------------------------------------------------------------------

WAITING = """
SELECT route, address, bundle, collective, count(*), min(not_before) FROM deliveries
WHERE notifier = ? AND state = 'pending' AND not_before <= ?
GROUP BY route, address, bundle, collective
"""
NEXT_WAITING = "SELECT min(not_before) FROM deliveries WHERE notifier = ? AND state = 'pending' AND not_before > ?"
TAKE = f"""
SELECT {_DELIVERY}, id, turn, put_off FROM deliveries
WHERE notifier = ? AND route = ? AND address IS ? AND bundle = ? AND collective = ? AND not_before <= ?
AND state = 'pending'
ORDER BY not_before, id LIMIT ?
"""
BOUND = f"SELECT {_DELIVERY}, id, turn, put_off FROM deliveries WHERE notification = ? AND state = 'bound' LIMIT ?"
TOLD_AND_OPEN = f"""
SELECT {_DELIVERY}, id, turn, put_off FROM deliveries AS d
WHERE notifier = ? AND id > ? AND state IN ('sent', 'dry') AND EXISTS (
  SELECT 1 FROM commitments AS c
  WHERE c.source = d.source AND c.ticket = d.ticket AND c.policy = d.policy AND c.target = d.target
  AND c.cycle = d.cycle AND c.status IN ('at_risk', 'breached')
)
ORDER BY id LIMIT ?
"""
PUT_OFF = """
UPDATE deliveries SET
  not_before = ?, bundle = coalesce(?, bundle), collective = max(collective, ?), put_off = put_off + ?
WHERE id = ? AND state = 'pending'
"""
DROP = """
UPDATE deliveries SET state = ?, ended_at = ?, error = ? WHERE id = ? AND turn = ? AND state = 'pending'
RETURNING due_at, source, ticket
"""
TOLD = """
SELECT state, not_before FROM deliveries
WHERE source = ? AND ticket = ? AND policy = ? AND target = ? AND cycle = ? AND notifier = ? AND address IS ?
AND id <> ? AND follows = 0 AND state IN ('sent', 'dry', 'pending', 'bound')
"""
LATELY = """
SELECT notification, ended_at FROM deliveries
WHERE source = ? AND ticket = ? AND notifier = ? AND address IS ? AND state IN ('sent', 'dry') AND ended_at > ?
"""
DELIVERY_COUNTS = "SELECT notifier, state, number FROM delivery_counts WHERE number > 0"

# --- notifications ---------------------------------------------------------------------------------------------------

ADD_NOTIFICATION = """
INSERT INTO notifications
  (message_id, notifier, route, state, made_at, next_at, tried_at, attempts, doubtful, copy_of, message)
VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, 0, 0, ?7, ?8)
ON CONFLICT (copy_of) DO NOTHING
"""
BIND = "UPDATE deliveries SET state = 'bound', notification = ? WHERE id = ? AND state = 'pending' RETURNING route"
OF_ROUTE = "UPDATE notifications SET route = ? WHERE id = ?"
DUE = f"""
UPDATE notifications SET state = 'sending', tried_at = ?2
WHERE id = (
  SELECT id FROM notifications WHERE notifier = ?1 AND state = 'pending' AND next_at <= ?2 ORDER BY next_at, id LIMIT 1
)
RETURNING {_NOTIFICATION}
"""
NEXT_DUE = "SELECT min(next_at) FROM notifications WHERE notifier = ? AND state = 'pending'"
# What was queued or tried at an instant that is still to come was so before the clock was set back.
CALL_DELIVERIES_BACK = """
UPDATE deliveries SET not_before = CASE WHEN not_before > queued_at THEN not_before ELSE ?2 END, queued_at = ?2
WHERE notifier = ?1 AND state = 'pending' AND queued_at > ?2
"""
CALL_NOTIFICATIONS_BACK = """
UPDATE notifications SET next_at = ?2, tried_at = ?2 WHERE notifier = ?1 AND state = 'pending' AND tried_at > ?2
"""
TRIED = "SELECT tried_at FROM notifications WHERE notifier = ? AND tried_at > ? ORDER BY tried_at"
# Pending ones too: one that was given back while its last send was still under way has ended all the same.
SETTLE = """
UPDATE notifications SET state = ?, ended_at = ?, error = ? WHERE id = ? AND ended_at IS NULL
RETURNING route, copy_of IS NOT NULL
"""
SETTLE_DELIVERIES = """
UPDATE deliveries SET state = ?, ended_at = ?, error = ? WHERE notification = ? AND state = 'bound'
RETURNING due_at, source, ticket
"""
TURNS = "SELECT id, turn FROM deliveries WHERE notification = ? AND state = 'bound'"
RETRY = """
UPDATE notifications SET
  state = 'pending', next_at = ?, error = ?, doubtful = max(doubtful, ?), seen = max(seen, ?),
  attempts = attempts + 1
WHERE id = ? AND state = 'sending'
"""
REWORD = "UPDATE notifications SET message = ? WHERE id = ? AND state = 'sending' AND doubtful = 0 AND seen = 0"
RELEASE = "UPDATE notifications SET state = 'pending', doubtful = 1 WHERE state = 'sending'"
DEAD_LETTERS = """
SELECT
  json_extract(message, '$.title'), notifier, route, state, ended_at, error,
  EXISTS (SELECT 1 FROM notifications AS c WHERE c.copy_of = n.id AND c.state NOT IN ('dead', 'expired'))
FROM notifications AS n
WHERE state IN ('dead', 'expired') AND ended_at > ?1
UNION ALL
SELECT ticket, notifier, route, state, ended_at, error, 0 FROM deliveries
WHERE state = 'dead' AND notification IS NULL AND ended_at > ?1
ORDER BY ended_at DESC LIMIT ?2
"""
MESSAGE = "SELECT message FROM notifications WHERE message_id = ? ORDER BY id LIMIT 1"

# --- forgetting, a slice at a time -----------------------------------------------------------------------------------

OLD_DELIVERIES = "SELECT id, source, ticket, identity FROM deliveries WHERE ended_at < ? ORDER BY ended_at LIMIT ?"
KEEP_IDENTITY = """
INSERT INTO spent_identities SELECT source, id, ?3 FROM tickets WHERE source = ?1 AND id = ?2 ON CONFLICT DO NOTHING
"""
FORGET_DELIVERY = "DELETE FROM deliveries WHERE id = ?"
OLD_NOTIFICATIONS = """
SELECT id FROM notifications AS n
WHERE n.ended_at < ? AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.notification = n.id)
ORDER BY n.ended_at LIMIT ?
"""
FORGET_NOTIFICATION = "DELETE FROM notifications WHERE id = ?"
