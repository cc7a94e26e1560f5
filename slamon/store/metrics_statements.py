"""What a scrape of the metrics asks: each costs what there is to show, and not what there is to count."""

# Of each policy with something open the nearest, by the index commitments_due.
NEAREST_DUE = """
SELECT policy, (
  SELECT min(c.due_at) FROM commitments AS c
  WHERE c.policy = p.policy AND c.due_at IS NOT NULL AND c.status IN ('on_track', 'at_risk')
)
FROM (
  SELECT DISTINCT policy FROM commitment_counts WHERE number > 0 AND status IN ('on_track', 'at_risk')
) AS p
"""
# Of each notifier the oldest that might have gone already: a delivery, or a notification that was made.
OLDEST = """
SELECT notifier, (
  SELECT min(d.not_before) FROM deliveries AS d WHERE d.notifier = n.notifier AND d.state = 'pending'
), (
  SELECT min(m.made_at) FROM notifications AS m WHERE m.notifier = n.notifier AND m.state IN ('pending', 'sending')
)
FROM (SELECT DISTINCT notifier FROM delivery_counts WHERE number > 0 AND state IN ('pending', 'bound')) AS n
"""
