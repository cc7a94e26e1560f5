-- What the metrics show, found without looking at every row.

ALTER TABLE commitments ADD COLUMN elapsed INTEGER;  -- working time until it ended; null while it is open
CREATE INDEX commitments_due ON commitments (policy, due_at)
WHERE due_at IS NOT NULL AND status IN ('on_track', 'at_risk');
CREATE INDEX notifications_waiting ON notifications (notifier, made_at) WHERE state IN ('pending', 'sending');
