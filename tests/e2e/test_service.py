"""The real service as a process, with real receivers on loopback."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from tests.e2e.process import ServiceProcess, fetch, free_port, is_ready, until
from tests.e2e.receivers import WebhookReceiver
from tests.e2e.soak import Traffic, judge, soak
from tests.notifiers.servers import Mailbox, mail_server

RULES = """
version: 1
policies: [{name: all, match: all, calendar: 24x7, warn_at: [50%], targets: {first_response: 6s}}]
routes:
  - name: all
    match: all
    steps: [{when: at_risk, notify: [hook, mail]}, {when: breached, notify: hook}]
"""


class World:
    """A folder with settings, rules and a growing file of tickets, and the receivers they name."""

    def __init__(self, folder: Path, hook: WebhookReceiver, box: Mailbox, mail_port: int) -> None:
        self.folder, self.hook, self.box = folder, hook, box
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.service = ServiceProcess(folder)
        (folder / "rules.yml").write_text(RULES, "utf-8")
        (folder / "tickets.jsonl").touch()
        self.settings(
            f"""
version: 1
rules: rules.yml
storage: {{path: slamon.db}}
web: {{listen: "{self.url.removeprefix("http://")}"}}
sources: {{desk: {{kind: file, path: tickets.jsonl, poll: 0.2s}}}}
notifiers:
  hook: {{kind: slack, webhook: "{hook.url}"}}
  mail: {{kind: email, host: 127.0.0.1, port: {mail_port}, tls: none, from: slamon@example.com, to: lead@example.com}}
"""
        )

    def settings(self, text: str) -> None:
        (self.folder / "slamon.yml").write_text(text, "utf-8")

    def write(self, id: str, created_at: datetime | None = None, **keys: object) -> datetime:
        """Append a ticket; when it was created."""
        at = created_at or datetime.now(UTC)
        with (self.folder / "tickets.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"id": id, "created_at": at.isoformat(), **keys}) + "\n")
        return at

    async def ready(self) -> None:
        await self.service.start()
        await until(lambda: is_ready(self.url), what=f"the service is ready:\n{self.service.log}")


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    hook, box = await WebhookReceiver().start(), Mailbox()
    async with mail_server(box) as mail_port:
        world = World(tmp_path, hook, box, mail_port)
        yield world
        if world.service.started:
            await world.service.kill()
    await hook.stop()


@pytest.mark.asyncio
async def test_an_alert_reaches_slack_and_mail_before_the_due_instant(world: World) -> None:
    await world.ready()
    created = world.write("4711", subject="VPN down")
    await until(lambda: world.hook.bodies and world.box.kept, what="a warning arrived")
    assert b"4711" in world.hook.bodies[0]
    mail = world.box.kept[0].mail
    assert "4711" in mail["Subject"]
    assert parsedate_to_datetime(mail["Date"]) < created + timedelta(seconds=6)
    assert datetime.now(UTC) < created + timedelta(seconds=6)


@pytest.mark.asyncio
async def test_commitments_are_counted_by_status_at_metrics(world: World) -> None:
    world.write("1", datetime(2026, 1, 1, tzinfo=UTC))
    await world.ready()
    wanted = 'slamon_commitments{policy="all",source="desk",status="breached",target="first_response"} 1.0'
    await until(lambda: _holds(f"{world.url}/metrics", wanted), what=wanted)


async def _holds(url: str, text: str) -> bool:
    return text in (await fetch(url))[1]


@pytest.mark.asyncio
@pytest.mark.peer("prometheus")
async def test_promtool_finds_nothing_wrong_with_the_metrics(world: World) -> None:
    world.write("1", datetime(2026, 1, 1, tzinfo=UTC))
    await world.ready()
    _, text = await fetch(f"{world.url}/metrics")
    promtool = shutil.which("promtool")
    assert promtool
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.asyncio
async def test_an_id_that_no_source_has_comes_back_with_an_open_one_that_looks_like_it(world: World) -> None:
    world.write("VPN-12")
    await world.ready()
    about = "there is no ticket 'vpn-21' in desk"
    wanted = json.dumps({"errors": [{"message": about, "help": "did you mean VPN-12?", "key": "id"}]})
    address = f"{world.url}/api/tickets?id=vpn-21"
    await until(lambda: _holds(address, wanted.replace(": ", ":").replace(", ", ",")), what=wanted)
    assert (await fetch(address))[0] == 404


@pytest.mark.asyncio
async def test_health_says_ok_and_sigterm_ends_it_cleanly(world: World) -> None:
    await world.ready()
    assert (await fetch(f"{world.url}/livez"))[0] == 200
    status, text = await fetch(f"{world.url}/healthz")
    assert (status, json.loads(text)["status"]) == (200, "ok")
    assert await world.service.stop() == 0
    assert "Traceback" not in world.service.log


@pytest.mark.asyncio
async def test_started_again_it_repeats_no_alert(world: World) -> None:
    await world.ready()
    world.write("1", datetime.now(UTC) - timedelta(minutes=5))
    await until(lambda: len(world.hook.bodies) == 1, what="the breach arrived")
    await world.service.stop()
    world.write("2", datetime.now(UTC) - timedelta(minutes=5))
    await world.ready()
    await until(lambda: len(world.hook.bodies) == 2, what="the other breach arrived")
    assert b"overdue" in world.hook.bodies[0]
    assert [b"2: first response" in body for body in world.hook.bodies] == [False, True]


@pytest.mark.asyncio
async def test_a_line_that_is_no_ticket_is_named_and_the_rest_goes_on(world: World) -> None:
    await world.ready()
    with (world.folder / "tickets.jsonl").open("a") as stream:
        stream.write("this is no ticket\n")
    world.write("1", datetime.now(UTC) - timedelta(minutes=5))
    await until(lambda: world.hook.bodies, what="the breach arrived")
    assert "tickets.jsonl:1:" in world.service.log


@pytest.mark.asyncio
async def test_a_taken_port_is_named_with_what_to_do_and_exit_status_3(world: World) -> None:
    await world.ready()
    other = world.folder / "other"
    other.mkdir()
    text = (world.folder / "slamon.yml").read_text("utf-8").replace("slamon.db", "other.db")
    (world.folder / "other.yml").write_text(text, "utf-8")
    second = ServiceProcess(other, "run", "--config", str(world.folder / "other.yml"))
    await second.start()
    assert await second.ended() == 3
    assert f"127.0.0.1:{world.port} is in use: stop what listens there" in second.log
    assert "Traceback" not in second.log


@pytest.mark.asyncio
async def test_a_second_process_on_the_database_names_the_holder(world: World) -> None:
    await world.ready()
    other = world.folder / "other"
    other.mkdir()
    second = ServiceProcess(other, "run", "--config", str(world.folder / "slamon.yml"))
    await second.start()
    assert await second.ended() == 3
    assert f"in use by process {world.service.pid}" in second.log
    assert "Traceback" not in second.log


@pytest.mark.asyncio
async def test_a_rules_file_with_five_mistakes_gets_all_five_in_one_run(world: World) -> None:
    (world.folder / "rules.yml").write_text(
        """
version: 1
calendars: {office: {time_zone: Berlin, hours: {mon: 9}}}
policies: [{name: a, match: {x: {is: 1}}, calendar: ofice, targets: {resolution: 4:30}}]
""",
        "utf-8",
    )
    await world.service.start()
    assert await world.service.ended() == 2
    log = world.service.log
    assert [log.count(f"rules.yml:{place}") for place in ("3:33", "3:54", "4:34", "4:53", "4:82")] == [1] * 5
    assert "nothing was loaded" in log
    assert "Traceback" not in log


@pytest.mark.asyncio
async def test_a_full_disk_is_said_and_nothing_is_lost_once_there_is_room_again(world: World) -> None:
    await world.ready()
    unlimited = resource.prlimit(world.service.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(world.service.pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
    world.write("1", datetime.now(UTC) - timedelta(minutes=5))
    await until(lambda: _degraded(world.url), what="the full disk is reported")
    resource.prlimit(world.service.pid, resource.RLIMIT_FSIZE, unlimited)
    await until(lambda: len(world.hook.bodies) == 1, what="the breach arrived")
    await until(lambda: is_ready(world.url), what="it is well again")


async def _degraded(url: str) -> bool:
    return '"status":"ok"' not in (await fetch(f"{url}/healthz"))[1]


@pytest.mark.asyncio
async def test_killed_at_random_moments_it_loses_and_doubles_nothing(tmp_path: Path) -> None:
    done = await soak(tmp_path, kills=6, seed=1)
    found = done.found
    assert len(done.traffic.due) > 20
    assert {name: ids for name, ids in found.items() if name != "doubled" and ids} == {}
    assert len(found["doubled"]) <= 6  # at most what was between its send and its mark at a kill


def _body(id: str, *tickets: str) -> bytes:
    return msgspec.json.encode({"data": {"id": id, "covers": [{"ticket": ticket} for ticket in tickets]}})


def test_the_comparison_sees_what_is_lost_wrong_and_doubled() -> None:
    traffic = Traffic(Path("tickets.jsonl"), due=["t1", "t2", "t3", "t4"])
    bodies = [_body("a", "t1"), _body("a", "t1"), _body("b", "t9"), _body("c", "t3", "t4"), _body("d", "t4")]
    assert judge(traffic, [*bodies, _body("d", "t4", "t4")]) == {
        "lost": ["t2"],
        "wrong": ["t9"],
        "told in two messages": ["t4"],
        "doubled": ["a", "d"],
        "doubled and not byte for byte the same": ["d"],
    }
