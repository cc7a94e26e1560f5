-- Tickets as their sources tell them, and what became of their commitments.

CREATE TABLE tickets (
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  marked INTEGER,      -- its place in the queue for judging; null once judged
  touched_at INTEGER,  -- when its last change was judged; null until then
  body BLOB NOT NULL,  -- last, so that the small columns are read without it
  PRIMARY KEY (source, id)
) STRICT;
CREATE INDEX tickets_marked ON tickets (marked) WHERE marked IS NOT NULL;
CREATE INDEX tickets_touched ON tickets (touched_at) WHERE touched_at IS NOT NULL;

CREATE TABLE commitments (
  source TEXT NOT NULL,
  ticket TEXT NOT NULL,
  policy TEXT NOT NULL,
  target TEXT NOT NULL,
  cycle INTEGER NOT NULL,
  status TEXT NOT NULL,
  clock TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  due_at INTEGER,
  breached_at INTEGER,
  stopped_at INTEGER,
  changes_at INTEGER,
  rules TEXT NOT NULL,
  PRIMARY KEY (source, ticket, policy, target, cycle),
  FOREIGN KEY (source, ticket) REFERENCES tickets (source, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX commitments_changes ON commitments (changes_at) WHERE changes_at IS NOT NULL;
-- The open ones by when they are or were due; one that is paused after its breach has no due instant, but that of the breach.
CREATE INDEX commitments_nearest ON commitments (coalesce(due_at, breached_at))
WHERE coalesce(due_at, breached_at) IS NOT NULL AND status NOT IN ('met', 'missed', 'cancelled');

-- Kept by triggers, so that a scrape of the metrics costs what there is to show and not what there is to count.
CREATE TABLE commitment_counts (
  source TEXT NOT NULL,
  policy TEXT NOT NULL,
  target TEXT NOT NULL,
  status TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (source, policy, target, status)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER commitment_added AFTER INSERT ON commitments BEGIN
  INSERT INTO commitment_counts VALUES (NEW.source, NEW.policy, NEW.target, NEW.status, 1)
  ON CONFLICT DO UPDATE SET number = number + 1;
END;

CREATE TRIGGER commitment_turned AFTER UPDATE OF status ON commitments WHEN NEW.status <> OLD.status BEGIN
  INSERT INTO commitment_counts VALUES (NEW.source, NEW.policy, NEW.target, NEW.status, 1)
  ON CONFLICT DO UPDATE SET number = number + 1;
  UPDATE commitment_counts SET number = number - 1
  WHERE source = OLD.source AND policy = OLD.policy AND target = OLD.target AND status = OLD.status;
END;

CREATE TRIGGER commitment_removed AFTER DELETE ON commitments BEGIN
  UPDATE commitment_counts SET number = number - 1
  WHERE source = OLD.source AND policy = OLD.policy AND target = OLD.target AND status = OLD.status;
END;

CREATE TABLE cursors (
  source TEXT NOT NULL PRIMARY KEY,
  cursor BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE named_values (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
