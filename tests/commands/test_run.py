"""How `slamon run` ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

import slamon.commands.run
from slamon.app import Service
from slamon.commands.exits import Exit
from slamon.commands.load import Loaded, load
from slamon.commands.run import serve
from slamon.flow.watchdog import GivesUp
from slamon.operation import Configured
from slamon.systemd import Supervisor


def written(folder: Path, more: str = "") -> Loaded:
    """Settings and rules that can be used."""
    (folder / "rules.yml").write_text(
        "version: 1\npolicies: [{name: all, match: all, calendar: 24x7, targets: {resolution: 4h}}]\n", "utf-8"
    )
    (folder / "tickets.jsonl").touch()
    (folder / "slamon.yml").write_text(
        "version: 1\nrules: rules.yml\nstorage: {path: slamon.db}\nsources: {desk: {kind: file, path: tickets.jsonl}}\n"
        f"web: {{listen: 127.0.0.1:0}}\nnotifiers: {{}}\n{more}",
        "utf-8",
    )
    loaded = load(folder / "slamon.yml")
    assert loaded.settings is not None, loaded.render()
    return loaded


class Brief(Supervisor):
    """Has the service stop as soon as it runs."""

    stop: Callable[[], None]

    def ready(self) -> None:
        self.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("sends", [True, False])
async def test_a_service_that_sends_nothing_says_so_at_its_start(sends: bool, tmp_path: Path) -> None:
    loaded = written(tmp_path, f"alerts: {{send: {str(sends).lower()}}}\n")
    assert loaded.settings is not None
    assert loaded.rules is not None
    brief = Brief()
    service = Service(Configured(loaded.settings, loaded.rules, loaded.digest), supervisor=brief)
    brief.stop = service.stop
    with capture_logs() as logs:
        await service.run()
    said = [one["log_level"] for one in logs if one["event"] == "nothing is sent: alerts.send is false"]
    assert said == ([] if sends else ["warning"])


def test_a_service_that_gives_up_ends_with_a_status_that_has_it_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def gives_up(loaded: Loaded, *_: object) -> None:
        raise GivesUp("the scheduler calls nothing")

    loaded = written(tmp_path)
    monkeypatch.setattr(slamon.commands.run, "_serve", gives_up)
    for of_the_whole_process in ("never_wait", "set_up", "keep_what_is_loaded"):  # other tests go on in it
        monkeypatch.setattr(slamon.commands.run, of_the_whole_process, lambda *_: None)
    assert serve(loaded) is Exit.CANNOT_RUN
    assert "slamon: the scheduler calls nothing" in capsys.readouterr().err
