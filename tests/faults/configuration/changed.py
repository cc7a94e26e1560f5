"""Rules that change under commitments of which somebody was told: news once, and no storm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slamon.core.bundles import Bundles, Waiting
from slamon.core.instants import DAY
from tests.faults.process.house import RULES, House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()
_MANY = 20
_GROUPED = RULES.replace("group: {by: [id], wait: 1s, digest_above: 1000}", "group: {wait: 1s, digest_above: 3}")
_OTHER = "{name: other, match: {priority: high}, calendar: 24x7, warn_at: 50%, targets: {first_response: 1h}}"
_IDS = [f"T-{number:02}" for number in range(1, _MANY + 1)]


def _all(moment: str) -> str:
    return " + ".join(f"{id} {moment}" for id in _IDS)


async def _reloads(house: House, text: str) -> None:
    house.rules(text)
    before = len(house.logged("reloaded"))
    await house.slamon.reload()
    await house.until(lambda: len(house.logged("reloaded")) > before, "it was reloaded")


def _covered(house: House) -> int:
    """How many promises messages were about."""
    return sum(len(one.data["covers"]) for one in house.hook.took)


async def _none(self: object) -> None: ...


@ROWS.add(
    "policy removed whose promises run",
    "Nobody is told of its tickets again, and none of them is counted any more",
    Guard("`Store.mark_for_judging`", Off("slamon.store.sqlite.SqliteStore.mark_for_judging", _none)),
    ("T-1 warning 50%",),
)
async def _(house: House) -> None:
    await house.begin()
    await _reloads(house, RULES.replace("policies: [", f"policies: [{_OTHER}, "))
    house.write("T-1", -1000.0, fields={"priority": "high"})
    await house.arrived("T-1 warning 50%")
    line = 'slamon_commitments{policy="other",source="desk",status="at_risk",target="first_response"}'
    same("counted", await house.metric(line), 1.0)
    await _reloads(house, RULES.replace("match: all, calendar", "match: {not: {priority: high}}, calendar"))

    async def is_forgotten() -> bool:
        return await house.metric(line) == 0.0

    await house.until(is_forgotten, "it is counted no more")


@ROWS.add(
    "policy renamed under 20 broken promises",
    "At most one digest a route: they are told as what they are now called, together",
    Guard("`decide.LATE`: what comes late comes together", Off("slamon.core.decide.LATE", DAY)),
    (_all("breached"), _all("breached")),
)
async def _(house: House) -> None:
    await house.begin()
    for id in _IDS:
        house.write(id, 300.0)
    await house.until(lambda: _covered(house) == _MANY, "all are told of")
    await _reloads(house, RULES.replace("{name: all, match: all, calendar", "{name: every, match: all, calendar"))
    await house.until(lambda: _covered(house) == 2 * _MANY, "all are told of as what they are called now")


_how = Bundles._how


def _one_by_one(self: Bundles, one: Waiting, now: int) -> Any:
    found = _how(self, one, now)
    return replace(found, why="one", left=one.count - 1) if found.why == "many" else found


@ROWS.add(
    "threshold of the warning changed under 20 promises at risk",
    "At most one digest a route: beside it no more than the one that may go at once",
    Guard("`Bundles._how`: what was gathered goes together", Off("slamon.core.bundles.Bundles._how", _one_by_one)),
    (_all("warning 50%"), _all("warning 40%")),
)
async def _(house: House) -> None:
    await house.begin()
    await _reloads(house, _GROUPED)
    for id in _IDS:
        house.write(id, -1000.0)
    await house.until(lambda: _covered(house) == _MANY, "all are told of")
    await _reloads(house, _GROUPED.replace("50%", "40%"))
    await house.until(lambda: _covered(house) == 2 * _MANY, "what the new threshold makes of them is told")
