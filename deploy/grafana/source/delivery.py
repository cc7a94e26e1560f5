"""Does everybody get his alerts?"""

from __future__ import annotations

from panels import GREEN, RED, Ask, Placed, heatmap, lines, thresholds
from queries import now, rate, rise, share

_NOTIFIER = 'notifier=~"$notifier"'
_WAITS = f'{_NOTIFIER}, state=~"pending|bound"'


def delivery() -> list[Placed]:
    return [*_queue(), *_attempts()]


def _queue() -> list[Placed]:
    return [
        (
            8,
            7,
            lines(
                "Waiting",
                "Alerts that wait, and those in messages that are on their way.",
                Ask(now("sum", "slamon_deliveries", "notifier, state", _WAITS), "{{notifier}}, {{state}}"),
            ),
        ),
        (
            8,
            7,
            lines(
                "The oldest waits for",
                "How long the oldest alert of each notifier might have gone already.",
                Ask(now("max", "slamon_delivery_oldest_seconds", "notifier", _NOTIFIER), "{{notifier}}"),
                unit="s",
                steps=thresholds((None, GREEN), (900, RED)),
            ),
        ),
        (
            8,
            7,
            lines(
                "How alerts ended",
                "Sent, no longer true when they were about to be sent, refused for good, or too old.",
                Ask(rise("slamon_deliveries_ended_total", "notifier, ending", _NOTIFIER), "{{notifier}}, {{ending}}"),
                bars=True,
            ),
        ),
    ]


def _attempts() -> list[Placed]:
    lateness = "slamon_delivery_lateness_seconds"
    attempts = rate("slamon_delivery_attempts_total", "notifier, outcome", _NOTIFIER)
    unknown = rate("slamon_delivery_attempts_unknown_total", "notifier", _NOTIFIER)
    return [
        (
            12,
            8,
            lines(
                "Attempts",
                "Messages accepted, and why others were not; what broke off may have been accepted all the same.",
                Ask(attempts, "{{notifier}}, {{outcome}}"),
                Ask(unknown, "{{notifier}}, may have been accepted"),
                unit="ops",
            ),
        ),
        (
            12,
            8,
            lines(
                "Nineteen of twenty alerts are accepted within",
                "Lateness by notifier, told from the buckets of the histogram.",
                Ask(share(0.95, lateness, "notifier", _NOTIFIER), "{{notifier}}"),
                unit="s",
            ),
        ),
        (
            24,
            9,
            heatmap(
                "From due to accepted",
                "How late alerts were accepted, from the instant at which each was due.",
                rise(f"{lateness}_bucket", "le", _NOTIFIER),
                "s",
            ),
        ),
    ]
