"""Secrets in files, as orchestrators put and change them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from slamon import files
from slamon.settings_file import references
from tests.faults.configuration.refused import refused
from tests.faults.process.hook import Posted
from tests.faults.process.house import SECRET, House
from tests.faults.process.rows import LivingRows
from tests.faults.row import Guard, Off

ROWS = LivingRows()
_SECOND = "whsec_c2Vjb25kIHNlY29uZCBzZWNvbmQgc2Vjb25kIQ=="
_LOADED = "slamon_config_last_load_successful"


def _signed_by(house: House, secret: str, line: str) -> None:
    """Raises if the message was not."""
    found = next(one for one in house.hook.took if one.line == line)
    Webhook(secret).verify(found.body, dict(found.headers))


_kept: dict[Path, bytes] = {}


def _read_once(path: Path, most: int) -> bytes:
    return _kept.setdefault(path, files.contents(path, most))


def _from_file(house: House, text: str, **keys: Any) -> None:
    (house.folder / "secret.txt").write_text(text)
    hook = {"kind": "webhook", "url": house.hook.url(), "secret": SECRET, **keys}
    house.settings(notifiers={"hook": hook})


@ROWS.add(
    "file of a secret rotated, then a reload",
    "The next message is signed by the new one",
    Guard("`References`: read at each load", Off("slamon.settings_file.references.contents", _read_once)),
    ("T-1 breached", "T-2 breached"),
)
async def _(house: House) -> None:
    await house.hook.start()
    _from_file(house, SECRET, secret="${file:secret.txt}")
    await house.begin()
    house.write("T-1")
    await house.arrived("T-1 breached")
    _signed_by(house, SECRET, "T-1 breached")
    (house.folder / "secret.txt").write_text(_SECOND)
    await house.slamon.reload()
    await house.until(lambda: house.logged("reloaded"), "it was reloaded")
    house.write("T-2")
    await house.until(lambda: "T-2 breached" in house.hook.lines, "a new breach is told")
    try:
        _signed_by(house, _SECOND, "T-2 breached")
    except Exception as error:
        raise AssertionError(f"the signature: {error}") from None


def _as_it_is(self: references.References, value: str, where: str, node: Any) -> str:
    return value


@ROWS.add(
    "file of a secret empty, then a reload",
    "Goes on by the old set, told once with the name of the file; an empty secret is none",
    Guard("`References._usable`", Off("slamon.settings_file.references.References._usable", _as_it_is)),
    ("T-1 breached", "T-2 breached", "T-3 breached"),
)
async def _(house: House) -> None:
    def spoil() -> None:
        _from_file(house, "\n", headers={"X-Key": "${file:secret.txt}"})

    await refused(house, spoil, "slamon.yml:1", "the file 'secret.txt' is empty", "put the value into it")


def _with_its_end(self: references.References, path: str, node: Any) -> str:
    return (self.folder / path).read_text()


@ROWS.add(
    "file of a secret with a newline at its end",
    "The newline is no part of it",
    Guard(
        "`References._file`: without its line end",
        Off("slamon.settings_file.references.References._file", _with_its_end),
    ),
    ("T-1 breached",),
)
async def _(house: House) -> None:
    await house.begin()
    _from_file(house, "abc\n", headers={"X-Key": "${file:secret.txt}"})
    await house.slamon.reload()
    await house.until(lambda: any("reload" in one["event"] for one in house.slamon.logs), "it was reloaded")
    assert await house.metric(_LOADED) == 1.0, house.slamon.logs
    house.write("T-1")
    await house.arrived("T-1 breached")

    def key(one: Posted) -> str | None:
        return one.headers.get("X-Key")

    assert [key(one) for one in house.hook.took] == ["abc"]
