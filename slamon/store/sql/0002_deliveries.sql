-- The outbox: what people must be told, written in the transaction that found it out.

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, so that a late answer cannot hit another row
  identity TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  ticket TEXT NOT NULL,
  route TEXT NOT NULL,
  notifier TEXT NOT NULL,
  moment TEXT NOT NULL,
  promise TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  state TEXT NOT NULL,  -- pending, claimed, or how it ended
  next_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  sealed INTEGER NOT NULL,
  claimed_at INTEGER,
  ended_at INTEGER,
  error TEXT,
  message TEXT NOT NULL  -- as JSON
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (notifier, next_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_claimed ON deliveries (id) WHERE state = 'claimed';
CREATE INDEX deliveries_ended ON deliveries (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX deliveries_under_way ON deliveries (source, ticket) WHERE ended_at IS NULL;

-- Identities of forgotten deliveries whose ticket still lives: judged again, it must not tell the same again.
CREATE TABLE spent_identities (
  source TEXT NOT NULL,
  ticket TEXT NOT NULL,
  identity TEXT NOT NULL,
  PRIMARY KEY (source, ticket, identity),
  FOREIGN KEY (source, ticket) REFERENCES tickets (source, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_counts (
  notifier TEXT NOT NULL,
  state TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (notifier, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER delivery_added AFTER INSERT ON deliveries BEGIN
  INSERT INTO delivery_counts VALUES (NEW.notifier, NEW.state, 1)
  ON CONFLICT DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER delivery_turned AFTER UPDATE OF state ON deliveries WHEN NEW.state <> OLD.state BEGIN
  INSERT INTO delivery_counts VALUES (NEW.notifier, NEW.state, 1)
  ON CONFLICT DO UPDATE SET number = number + 1;
  UPDATE delivery_counts SET number = number - 1 WHERE notifier = OLD.notifier AND state = OLD.state;
END;

CREATE TRIGGER delivery_removed AFTER DELETE ON deliveries BEGIN
  UPDATE delivery_counts SET number = number - 1 WHERE notifier = OLD.notifier AND state = OLD.state;
END;
