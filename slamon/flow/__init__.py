"""The three verbs of the service: collect what happened, judge what it means, deliver what must be told."""
