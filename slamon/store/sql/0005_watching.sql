-- How slamon itself is, and what helps to see it.

-- Of each condition and subject the last time that it was raised.
CREATE TABLE raised_conditions (
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  number INTEGER NOT NULL,
  raised_at INTEGER NOT NULL,
  text TEXT NOT NULL,
  calm INTEGER NOT NULL,  -- how long it must not have been so to be over
  cleared_at INTEGER,     -- null: it stands
  PRIMARY KEY (name, subject)
) STRICT, WITHOUT ROWID;

ALTER TABLE commitments ADD COLUMN confidence TEXT NOT NULL DEFAULT 'exact';
CREATE INDEX commitments_undetermined ON commitments (source) WHERE confidence = 'undetermined';
CREATE INDEX commitments_unmatched ON commitments (source) WHERE status = 'unmatched' AND clock <> 'stopped';
CREATE INDEX deliveries_dead ON deliveries (ended_at) WHERE state = 'dead' AND notification IS NULL;
