"""Is slamon well?"""

from __future__ import annotations

from panels import (
    GREEN,
    NONE_ALLOWED,
    ORANGE,
    RED,
    SHOULD_BE_ONE,
    YELLOW,
    Ask,
    Placed,
    lines,
    stat,
    table,
    thresholds,
    words,
)
from queries import now, rate, rise

_YES = words(_0=("no", RED), _1=("yes", GREEN))
_LATE = thresholds((None, GREEN), (10, YELLOW), (60, RED))


def health() -> list[Placed]:
    return [
        *((4, 4, panel) for panel in _numbers()),
        (
            12,
            7,
            table(
                "What is wrong",
                "The conditions that stand. docs/reference/monitor-alerts.md says what to do. Empty is good.",
                ("stands", Ask(now("max", "slamon_condition", "condition, of"))),
                by=("condition", "of"),
            ),
        ),
        (
            12,
            7,
            lines(
                "Work of the judge",
                "Tickets judged, tickets looked at again by the audit, and alerts queued, a second.",
                Ask(rate("slamon_tickets_judged_total"), "judged"),
                Ask(rate("slamon_tickets_audited_total"), "audited"),
                Ask(rate("slamon_deliveries_queued_total"), "alerts queued"),
                unit="ops",
            ),
        ),
        (
            8,
            7,
            lines(
                "Lateness within slamon",
                "For how long something has been waiting for the judge, and how long the event loop stood still.",
                Ask(now("max", "slamon_judge_lag_seconds"), "judge is behind"),
                Ask(rise("slamon_loop_stalled_seconds_total"), "stood still"),
                unit="s",
            ),
        ),
        (
            8,
            7,
            lines(
                "Signs of life",
                "Beats of the scheduler, heartbeats by outcome, jumps of the clock, finds of the safety sweep.",
                Ask(rise("slamon_scheduler_beats_total"), "scheduler"),
                Ask(rise("slamon_heartbeats_total", "outcome"), "heartbeat {{outcome}}"),
                Ask(rise("slamon_clock_jumps_total"), "clock jumps", color=ORANGE),
                Ask(rise("slamon_sweep_finds_total"), "sweep finds", color=RED),
            ),
        ),
        (
            8,
            7,
            lines(
                "Not let in",
                "Requests to slamon without a token, with an unknown one, or with one that may not do that.",
                Ask(rise("slamon_web_denials_total", "reason"), "{{reason}}"),
                bars=True,
            ),
        ),
    ]


def _numbers() -> list[dict[str, object]]:
    loaded = "slamon_config_last_load_successful"
    since = "time() - max(slamon_config_last_load_success_timestamp_seconds)"
    return [
        stat(
            "Scraped",
            "Whether Prometheus reaches slamon at all.",
            now("min", "up", where='job=~"$job"'),
            steps=SHOULD_BE_ONE,
            mappings=_YES,
        ),
        stat(
            "Settings loaded",
            "Whether settings and rules could be used the last time.",
            now("min", loaded),
            steps=SHOULD_BE_ONE,
            mappings=_YES,
        ),
        stat(
            "Database answers",
            "If not, nothing is judged and nothing is told.",
            now("min", "slamon_store_up"),
            steps=SHOULD_BE_ONE,
            mappings=_YES,
        ),
        stat(
            "Judge is behind by",
            "For how long something has been waiting for the judge.",
            now("max", "slamon_judge_lag_seconds"),
            "s",
            _LATE,
        ),
        stat(
            "Alerts missing",
            "Found by the audit in a day: due, and queued by nobody. Should stay 0.",
            "sum(increase(slamon_alerts_missing_total[1d]))",
            steps=NONE_ALLOWED,
        ),
        stat("Last loaded", "How long ago settings and rules were loaded, at the start or by a reload.", since, "s"),
    ]
