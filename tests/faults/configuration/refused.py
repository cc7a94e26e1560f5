"""A reload of what cannot be used: everything goes on by the old set, and what is wrong is told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slamon.core.instants import HOUR
from slamon.operation import Configured
from slamon.rulefile import amounts, load_rules
from slamon.settings_file.references import References
from tests.faults.process.house import RULES, SECRET, House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = LivingRows()
_DUE = ("T-1 breached", "T-2 breached", "T-3 breached")
_FAILED = "reload failed: everything goes on as before"
_LOADED = "slamon_config_last_load_successful"


async def refused(house: House, spoil: Callable[[], Any], *words: str) -> None:
    """Spoil it, reload, go on by the old set; put it right and reload again."""
    await house.begin()
    house.write("T-1")
    await house.arrived("T-1 breached")
    spoil()
    await house.slamon.reload()
    await house.until(lambda: house.logged(_FAILED) or house.logged("reloaded"), "it was reloaded")
    told = [one["error"] for one in house.logged(_FAILED)]
    same("times told", len(told), 1)
    assert all(word in told[0] for word in words), told[0]
    same(_LOADED, await house.metric(_LOADED), 0.0)
    house.write("T-2")
    await house.until(lambda: "T-2 breached" in house.hook.lines, "it goes on by the old set")
    house.rules()
    house.parts.clear()
    house.settings()
    await house.slamon.reload()
    await house.until(lambda: house.logged("reloaded"), "it was reloaded")
    same(_LOADED, await house.metric(_LOADED), 1.0)
    house.write("T-3")


def _whatever(loaded: Any) -> Configured:
    return Configured(loaded.settings, loaded.rules, loaded.digest)


@ROWS.add(
    "reload of rules that are no YAML, by SIGHUP",
    "Goes on by the old set; told once with the place; slamon_config_last_load_successful 0",
    Guard("`run._configured`: all or nothing", Off("slamon.commands.run._configured", _whatever)),
    _DUE,
    alone=True,
)
async def _(house: House) -> None:
    await refused(house, lambda: house.rules("version: 1\npolicies: [{name: all\n"), "rules.yml:")


@ROWS.add(
    "reload of rules with an unknown key",
    "The same: a key that nobody reads is a mistake, not an empty wish",
    Guard("`Record._refuse_key`", Off("slamon.rulefile.records.Record._refuse_key", lambda *given: None)),
    _DUE,
)
async def _(house: House) -> None:
    text = RULES.replace("warn_at: 50%", "warm_at: 50%")
    await refused(house, lambda: house.rules(text), "rules.yml:3", "unknown key 'warm_at'", "warn_at")


_parse = amounts.parse_amount


def _guessed(text: str) -> amounts.Amount:
    return _parse(text) or amounts.Amount(text, HOUR, False)


@ROWS.add(
    "reload of rules with a bad duration",
    "The same, with what to write; nothing is guessed",
    Guard("`amounts.parse_amount`", Off("slamon.rulefile.amounts.parse_amount", _guessed)),
    _DUE,
)
async def _(house: House) -> None:
    text = RULES.replace("first_response: 1h", "first_response: 1 hour")
    await refused(house, lambda: house.rules(text), "rules.yml:3", "'1 hour' is not a duration", "write 1h")


@ROWS.add(
    "reload of rules that name an unknown notifier",
    "The same: no alert is queued for somebody who does not exist",
    Guard(
        "`load`: routes know the notifiers",
        Off("slamon.commands.load.load_rules", lambda path, **names: load_rules(path)),
    ),
    _DUE,
)
async def _(house: House) -> None:
    text = RULES.replace("notify: hook", "notify: pager")
    await refused(house, lambda: house.rules(text), "rules.yml:8", "pager")


def _any_secret(self: References, *given: Any) -> str:
    return SECRET


@ROWS.add(
    "reload of settings with a secret whose environment variable is not set",
    "The same, with the name of the variable",
    Guard("`References._variable`", Off("slamon.settings_file.references.References._variable", _any_secret)),
    _DUE,
)
async def _(house: House) -> None:
    hook = {"kind": "webhook", "url": house.hook.url(), "secret": "${env:SLAMON_NO_SUCH_SECRET}"}
    spoil = lambda: house.settings(notifiers={"hook": hook | {"url": house.hook.url()}})  # noqa: E731
    await refused(house, spoil, "slamon.yml:1", "the environment variable SLAMON_NO_SUCH_SECRET is not set")


@ROWS.add(
    "reload of settings with a secret whose file cannot be read",
    "The same, with the name of the file",
    Guard("`References._file`", Off("slamon.settings_file.references.References._file", _any_secret)),
    _DUE,
)
async def _(house: House) -> None:
    def spoil() -> None:
        hook = {"kind": "webhook", "url": house.hook.url(), "secret": "${file:gone.txt}"}
        house.settings(notifiers={"hook": hook})

    await refused(house, spoil, "slamon.yml:1", "the file 'gone.txt' cannot be read: No such file or directory")


@ROWS.add(
    "reload with another storage.path",
    "The same: what a running process cannot change is not changed by half",
    Guard("`reloading.check_fixed`", Off("slamon.app.check_fixed", lambda now, wanted: None)),
    _DUE,
)
async def _(house: House) -> None:
    def spoil() -> None:
        house.settings(storage={"path": "other.db"})

    await refused(house, spoil, "storage.path cannot change while slamon runs; put it back, or restart slamon")
    same("other.db is there", (house.folder / "other.db").exists(), False)
