-- Deliveries no longer hold a message each: what is sent is a notification, which carries one delivery or many.

CREATE TABLE notifications (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, so that a late answer cannot hit another row
  message_id TEXT NOT NULL,
  notifier TEXT NOT NULL,
  route TEXT NOT NULL,
  state TEXT NOT NULL,        -- sending, pending, or how it ended
  made_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  tried_at INTEGER,
  attempts INTEGER NOT NULL,
  doubtful INTEGER NOT NULL,  -- an earlier attempt may have been accepted
  seen INTEGER NOT NULL DEFAULT 0,  -- an earlier attempt got as far as the message itself
  copy_of INTEGER UNIQUE,     -- the one that another notifier could not deliver
  ended_at INTEGER,
  error TEXT,
  message TEXT NOT NULL       -- as JSON; last, so that the small columns are read without it
) STRICT;
CREATE INDEX notifications_pending ON notifications (notifier, next_at, id) WHERE state = 'pending';
CREATE INDEX notifications_sending ON notifications (id) WHERE state = 'sending';
CREATE INDEX notifications_tried ON notifications (notifier, tried_at);
CREATE INDEX notifications_ended ON notifications (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX notifications_dead ON notifications (ended_at) WHERE state IN ('dead', 'expired');
CREATE INDEX notifications_message ON notifications (message_id);

DROP TRIGGER delivery_added;
DROP TRIGGER delivery_turned;
DROP TRIGGER delivery_removed;
DROP INDEX deliveries_pending;
DROP INDEX deliveries_claimed;
DROP INDEX deliveries_ended;
DROP INDEX deliveries_under_way;
ALTER TABLE deliveries RENAME TO old_deliveries;

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  identity TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  ticket TEXT NOT NULL,
  policy TEXT NOT NULL,
  target TEXT NOT NULL,
  cycle INTEGER NOT NULL,
  route TEXT NOT NULL,
  notifier TEXT NOT NULL,
  moment TEXT NOT NULL,
  promise TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  bundle TEXT NOT NULL,
  address TEXT,
  collective INTEGER NOT NULL,
  follows INTEGER NOT NULL,    -- an update: told only where an earlier message of its commitment went
  remark TEXT,
  turn INTEGER NOT NULL,       -- grows each time the judge finds it again
  put_off INTEGER NOT NULL,
  queued_at INTEGER NOT NULL,
  state TEXT NOT NULL,         -- pending, bound, or how it ended
  notification INTEGER REFERENCES notifications (id),
  ended_at INTEGER,
  error TEXT
) STRICT;

INSERT INTO deliveries
SELECT
  id, identity, source, ticket, coalesce(json_extract(identity, '$[2]'), ''), coalesce(json_extract(identity, '$[3]'), ''),
  coalesce(json_extract(identity, '$[4]'), 0), route, notifier, moment, promise, due_at, due_at, '[]', NULL, 0, 0, NULL,
  0, 0, due_at, CASE state WHEN 'claimed' THEN 'pending' ELSE state END, NULL, ended_at, error
FROM old_deliveries WHERE json_valid(identity);
DROP TABLE old_deliveries;

CREATE INDEX deliveries_waiting ON deliveries (notifier, route, address, bundle, collective, not_before)
WHERE state = 'pending';
CREATE INDEX deliveries_next ON deliveries (notifier, not_before, route, address, bundle, collective)
WHERE state = 'pending';
CREATE INDEX deliveries_bound ON deliveries (notification) WHERE notification IS NOT NULL;
CREATE INDEX deliveries_ticket ON deliveries (source, ticket);
CREATE INDEX deliveries_under_way ON deliveries (source, ticket) WHERE ended_at IS NULL;
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;

DELETE FROM delivery_counts;
INSERT INTO delivery_counts SELECT notifier, state, count(*) FROM deliveries GROUP BY notifier, state;

CREATE TRIGGER delivery_added AFTER INSERT ON deliveries BEGIN
  INSERT INTO delivery_counts VALUES (NEW.notifier, NEW.state, 1)
  ON CONFLICT DO UPDATE SET number = number + 1;
END;

-- Of the notifier too: what is found again after it was superseded may go to another one.
CREATE TRIGGER delivery_turned AFTER UPDATE OF state, notifier ON deliveries
WHEN NEW.state <> OLD.state OR NEW.notifier <> OLD.notifier BEGIN
  INSERT INTO delivery_counts VALUES (NEW.notifier, NEW.state, 1)
  ON CONFLICT DO UPDATE SET number = number + 1;
  UPDATE delivery_counts SET number = number - 1 WHERE notifier = OLD.notifier AND state = OLD.state;
END;

CREATE TRIGGER delivery_removed AFTER DELETE ON deliveries BEGIN
  UPDATE delivery_counts SET number = number - 1 WHERE notifier = OLD.notifier AND state = OLD.state;
END;
