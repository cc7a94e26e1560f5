"""The unit: systemd takes it, thinks it safe, and it starts what there is."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from slamon.cli import cli
from slamon.settings import socket_beside
from tests.deploy.programs import DEPLOY, run

UNIT = DEPLOY / "systemd" / "slamon.service"
MOST_EXPOSED = 15  # tenths: what systemd calls OK goes up to 45


def values(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def test_systemd_thinks_it_safe() -> None:
    run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", UNIT)


def test_systemd_knows_every_key_and_value(tmp_path: Path) -> None:
    unit = tmp_path / "slamon.service"
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/slamon/bin/slamon", "/bin/true"), encoding="utf-8")
    run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit)


def test_systemd_would_make_the_user_that_it_runs_as() -> None:
    said = run("systemd-sysusers", "--dry-run", DEPLOY / "systemd" / "slamon-sysusers.conf")
    made = f"Creating user '{values('User')[0]}'" in said
    assert made or not said.strip()  # there is one already


def test_what_it_starts_are_commands_of_slamon() -> None:
    started = [one.split() for one in values("ExecStart") + values("ExecReload") if "slamon" in one]
    assert [words[1] for words in started] == ["run", "check"]
    assert all(words[1] in cli.commands and words[2:] == ["--config", "/etc/slamon/slamon.yml"] for words in started)


def test_a_reload_sends_a_signal_that_the_service_takes() -> None:
    (sent,) = [one.split()[1].removeprefix("-") for one in values("ExecReload") if "kill" in one]
    taken = (Path(__file__).parents[2] / "slamon" / "commands" / "run.py").read_text(encoding="utf-8")
    assert f"signal.{signal.Signals[f'SIG{sent}'].name}" in taken


def test_it_can_write_its_state_and_bind_its_socket() -> None:
    state = Path("/var/lib") / values("StateDirectory")[0]
    settings = (DEPLOY / "systemd" / "slamon.yml").read_text(encoding="utf-8")
    (path,) = re.findall(r"^  path: (\S+)$", settings, re.MULTILINE)
    assert socket_beside(Path(path)).parent == state
    assert "AF_UNIX" in values("RestrictAddressFamilies")[0].split()
