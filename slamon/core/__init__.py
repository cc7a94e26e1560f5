"""The pure heart: tickets, calendars, policies, the clock, verdicts, alert decisions. No I/O, no clock, no async."""
