"""For a support lead: what burns now, which promises were kept, how long customers wait."""

from __future__ import annotations

from boards import dashboard as made
from boards import label_values
from panels import (
    BLUE,
    GREEN,
    NONE_ALLOWED,
    ORANGE,
    PURPLE,
    RED,
    YELLOW,
    Ask,
    Json,
    Placed,
    during,
    for_each,
    heatmap,
    leading,
    lines,
    stat,
    table,
    thresholds,
)
from queries import now, rise, share

_RULES = 'policy=~"$policy", target=~"$target"'
_MINE = f'source=~"$source", {_RULES}'
_OFF = thresholds((None, GREEN), (1, YELLOW))
_SOON = thresholds((None, RED), (900, YELLOW), (3600, GREEN))
_KEPT = thresholds((None, RED), (0.9, YELLOW), (0.95, GREEN))
_BURNING = thresholds((None, GREEN), (1, RED))


def _open(status: str, by: str = "") -> str:
    return now("sum", "slamon_commitments", by, f'{_MINE}, status="{status}"')


def _recorded(name: str) -> str:
    return f"policy_target:slamon_{name}{{{_RULES}}}"


def _numbers() -> list[Json]:
    kept, broken = f"sum({_recorded('kept:increase1w')})", f"sum({_recorded('broken:increase1w')})"
    return [
        stat("Broken", "Open promises that are broken already.", _open("breached"), steps=NONE_ALLOWED),
        stat("At risk", "Open promises that a warning was due for.", _open("at_risk"), steps=_OFF),
        stat("On track", "Open promises with time left.", _open("on_track")),
        stat(
            "Next due in",
            "Until the next promise is due that is not broken yet.",
            now("min", "slamon_nearest_due_seconds", where='policy=~"$policy"'),
            "s",
            _SOON,
        ),
        leading(
            stat(
                "Match no policy",
                "Open tickets to which nothing is promised: nobody is alerted about them.",
                now("sum", "slamon_unmatched_tickets", where='source=~"$source"'),
                steps=NONE_ALLOWED,
            ),
            "Of which source",
            "slamon-operations",
        ),
        stat(
            "Kept, last 7 days",
            "Of the promises that were decided in the last seven days, how many were kept.",
            f"{kept} / ({kept} + {broken} > 0)",
            "percentunit",
            _KEPT,
        ),
    ]


def _burning() -> list[Placed]:
    return [
        *((4, 4, panel) for panel in _numbers()),
        (
            14,
            8,
            table(
                "What burns now",
                "Open promises by policy and target, and how fast they are broken: at 1 just as many are as the "
                "objective allows. A click at a name shows that one only.",
                ("broken", Ask(_open("breached", "policy, target"), steps=NONE_ALLOWED)),
                ("at risk", Ask(_open("at_risk", "policy, target"), steps=_OFF)),
                ("on track", Ask(_open("on_track", "policy, target"))),
                ("burn rate, 1 h", Ask(_recorded("burn_rate:ratio1h"), steps=_BURNING, unit="short")),
                ("burn rate, 6 h", Ask(_recorded("burn_rate:ratio6h"), steps=_BURNING, unit="short")),
                by=("policy", "target"),
                hidden=("__name__",),
                chooses="slamon-promises",
            ),
        ),
        (
            10,
            8,
            lines(
                "Broken and at risk",
                "Open promises that ask for somebody, over time.",
                Ask(_open("breached"), "broken", color=RED),
                Ask(_open("at_risk"), "at risk", color=YELLOW),
                stacked=True,
            ),
        ),
    ]


def _kept() -> list[Placed]:
    by_week = lines(
        "Kept promises by policy and week",
        "Each bar is the share of the seven days before it. Nothing is shown where nothing was decided.",
        Ask('policy:slamon_compliance:ratio1w{policy=~"$policy"}', "{{policy}}"),
        unit="percentunit",
        bars=True,
    )
    burn_rate = lines(
        "Burn rate",
        "How fast promises are broken in six hours and in three days, in relation to the objective: above 1 it will be "
        "missed if it goes on.",
        Ask(_recorded("burn_rate:ratio6h"), "{{policy}} {{target}}, 6 h"),
        Ask(_recorded("burn_rate:ratio3d"), "{{policy}} {{target}}, 3 d"),
        steps=_BURNING,
    )
    ended = "slamon_commitments_ended_total"
    became = lines(
        "What became of promises",
        "Begun, met in time, broken (at the instant of the breach), cancelled, and what later news took back.",
        Ask(rise("slamon_commitments_started_total", where=_MINE), "begun", color=BLUE),
        Ask(rise(ended, where=f'{_MINE}, outcome="met"'), "met", color=GREEN),
        Ask(rise("slamon_commitments_breached_total", where=_MINE), "broken", color=RED),
        Ask(rise(ended, where=f'{_MINE}, outcome="cancelled"'), "cancelled", color=PURPLE),
        Ask(rise("slamon_commitments_corrected_total", where=_MINE), "taken back", color=ORANGE),
        bars=True,
    )
    by_customer = table(
        "By customer, last 7 days",
        "For the customers that metrics.customers in slamon.yml names; all others are other. Empty if it names none.",
        ("broken", Ask(_of_customers("breached"), steps=NONE_ALLOWED)),
        ("met", Ask(_of_customers("met"))),
        by=("sla_customer",),
    )
    return [(12, 8, during(by_week, "12w", "1w")), (12, 8, burn_rate), (12, 8, became), (12, 8, by_customer)]


def _of_customers(outcome: str) -> str:
    counter = f'slamon_customer_commitments_total{{{_RULES}, outcome="{outcome}"}}'
    return f"sum by (sla_customer) (increase({counter}[1w]))"


def _times() -> list[Placed]:
    working = "slamon_commitment_working_seconds"
    within = lines(
        "Half, and nineteen of twenty, are met within",
        "Working time by target, told from the buckets of the histogram.",
        Ask(share(0.5, working, "target", _RULES), "{{target}}, half"),
        Ask(share(0.95, working, "target", _RULES), "{{target}}, 19 of 20"),
        unit="s",
    )
    heat = heatmap(
        "Working time until a promise was met: $target",
        "Every promise of this target that was met, in time or late, by how long it took in working hours: the time to "
        "the first response, to the resolution.",
        rise(f"{working}_bucket", "le", _RULES),
        "s",
    )
    return [(24, 8, within), (12, 10, for_each(heat, "target"))]


def dashboard() -> Json:
    commitments = 'slamon_commitments{status="on_track"}'
    return made(
        "slamon-promises",
        "slamon: promises",
        "What burns now, which promises were kept, and how long customers wait.",
        [("Now", _burning()), ("Kept", _kept()), ("How long it takes", _times())],
        [label_values(name, commitments) for name in ("source", "policy", "target")],
        [("slamon: operations", "/d/slamon-operations")],
        "now-24h",
    )
