-- What people have said about alerts.

CREATE TABLE acks (
  source TEXT NOT NULL,
  ticket TEXT NOT NULL,
  target TEXT NOT NULL,  -- '': every target
  said_by TEXT NOT NULL,
  said_at INTEGER NOT NULL,
  until INTEGER,         -- null: for good
  PRIMARY KEY (source, ticket, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX acks_said ON acks (said_at);

CREATE TABLE silences (
  id TEXT NOT NULL PRIMARY KEY,
  match TEXT NOT NULL,  -- as JSON
  begins_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  said_by TEXT NOT NULL,
  comment TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX silences_until ON silences (until);
