"""How `slamon run` ends."""

from __future__ import annotations

from pathlib import Path

import pytest

import slamon.commands.run
from slamon.cli import Exit
from slamon.commands.load import Loaded, load
from slamon.commands.run import serve
from slamon.flow.watchdog import GivesUp


def test_a_service_that_gives_up_ends_with_a_status_that_has_it_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def gives_up(loaded: Loaded, *_: object) -> None:
        raise GivesUp("the scheduler calls nothing")

    (tmp_path / "rules.yml").write_text(
        "version: 1\npolicies: [{name: all, match: all, calendar: 24x7, targets: {resolution: 4h}}]\n", "utf-8"
    )
    (tmp_path / "slamon.yml").write_text(
        "version: 1\nrules: rules.yml\nstorage: {path: slamon.db}\nsources: {desk: {kind: file, path: tickets.jsonl}}\n"
        "notifiers: {}\n",
        "utf-8",
    )
    loaded = load(tmp_path / "slamon.yml")
    assert loaded.settings is not None, loaded.render()
    monkeypatch.setattr(slamon.commands.run, "_serve", gives_up)
    for of_the_whole_process in ("never_wait", "set_up", "keep_what_is_loaded"):  # other tests go on in it
        monkeypatch.setattr(slamon.commands.run, of_the_whole_process, lambda *_: None)
    assert serve(loaded) is Exit.CANNOT_RUN
    assert "slamon: the scheduler calls nothing" in capsys.readouterr().err
