"""What README and the page on the first hour tell a beginner to type, typed: in a fresh clone, with an empty home."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import pytest

from slamon.core.instants import MINUTE, SECOND
from slamon.time import wall_now
from tests.conftest import SHARED
from tests.e2e.process import fetch, is_ready
from tests.peers.first_hour import Terminal, clone, commands, filled_in, port_for
from tests.peers.first_hour_desk import MORNING, Beginner, Desk, Receivers, receiving
from tests.peers.redmine import running
from tests.peers.redmine_people import make_project
from tests.peers.traces import own_folder

LONGEST = 12  # commands
PROMISED, HALF = 30 * MINUTE, 15 * MINUTE  # as the page has it
SOON = 20 * SECOND  # on a busy machine
POLL = 30  # seconds, as slamon init writes it for such promises
ACCOUNT = "bob"
WATCHED = 'slamon_commitments{policy="everyone",source="desk",status="%s",target="first_response"} %.1f'
STARTED = re.compile(r"slamon runs +now=(\S+)")
ALERTED = re.compile(r"^(WARNING|BREACHED) +(\S+) “.*”: (.*) is (?:due|overdue)", re.MULTILINE)

# What every machine measures for itself.
MEASURED = {
    r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])": "VERSION",
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d": "INSTANT",
    r"\d+\.\d [GM]B": "ROOM",
}


@pytest.fixture
def beginner() -> Iterator[Beginner]:
    with own_folder("first-hour") as home:
        yield Beginner(clone(home), (MORNING - wall_now()) // SECOND * SECOND)


@pytest.fixture
def desk(beginner: Beginner) -> Iterator[Desk]:
    with running(SHARED / "servers") as redmine:
        make_project(redmine, "desk")
        yield Desk(redmine, beginner.now)


def comparable(text: str, names: Mapping[str, str]) -> list[str]:
    """The lines, with the page's values in place of our own."""
    for ours, example in names.items():
        text = text.replace(ours, example)
    for pattern, name in MEASURED.items():
        text = re.sub(pattern, name, text)
    return text.splitlines()


async def play(beginner: Beginner, at: Terminal, typed: list[str]) -> dict[str, str]:
    """What each command shows; AssertionError for one that fails. The clock is ours as soon as slamon is there."""
    shown: dict[str, str] = {}
    for command in typed:
        if command.startswith("slamon init"):
            await beginner.set_clock(at)
        said = await at.type(command)
        assert said.status == 0, f"{command}\n{said.text}"
        shown[command] = said.text
    return shown


@pytest.mark.shared
@pytest.mark.peer("redmine")
@pytest.mark.peer("faketime")
@pytest.mark.asyncio
async def test_the_page_on_the_first_hour_leads_from_a_fresh_clone_to_a_warning_in_time(
    beginner: Beginner, desk: Desk, figure: Callable[[str], None]
) -> None:
    page = (beginner.clone / "docs" / "how-to" / "first-hour.md").read_text("utf-8")
    web, begun = port_for(8080), wall_now()
    async with receiving(beginner.ahead) as receivers, beginner.terminal(beginner.clone) as at:
        own = {
            "http://127.0.0.1:3180": desk.redmine.url,
            "0123456789abcdef0123456789abcdef01234567": desk.key_of(ACCOUNT),
            "https://hooks.slack.com/services/T000/B000/XXXX": receivers.slack.url,
            "email.port=2525": f"email.port={receivers.port}",
            " --hours ": f" --set web.listen=127.0.0.1:{web} --hours " if web != 8080 else " --hours ",
        }
        *first, run, status = filled_in(commands(page), own)
        assert len(first) + 2 <= LONGEST
        shown = await play(beginner, at, first)
        names = {
            f"127.0.0.1:{receivers.port}": "127.0.0.1:2525",
            f"127.0.0.1:{web}": "127.0.0.1:8080",
            receivers.slack.url.removeprefix("http://").removesuffix("/hook"): "hooks.slack.com",
            str(beginner.home): "/home/anna",
            f"that of {ACCOUNT}": "that of anna",
        }
        [example] = re.findall(r"^```text\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        assert comparable(shown["slamon doctor"], names) == comparable(example, {})
        assert receivers.told("TEST from slamon")

        at.begin(run)
        await at.sees(lambda: is_ready(f"http://127.0.0.1:{web}"), what="the source was read")
        figure(f"the first hour: {len(first) + 2} commands; slamon watches after {(wall_now() - begun) // SECOND} s")
        async with beginner.terminal(beginner.home) as another:
            await beginner.set_clock(another)
            said = await another.type(status)
        assert (said.status, said.text.split()[:2]) == (0, ["ok", "slamon"]), said.text
        await warned_in_time(desk, receivers, at, run, f"http://127.0.0.1:{web}")
        await ctrl_c(at)


async def warned_in_time(desk: Desk, receivers: Receivers, at: Terminal, run: str, web: str) -> None:
    """What slamon is for: of three issues one is answered late, one never, and one is new to the warning."""
    begun = len(receivers.mails)
    desk.ask("Printer jams", PROMISED - 65 * SECOND)
    lost = desk.ask("Mail is lost", PROMISED - 70 * SECOND)
    down = desk.ask("VPN is down", HALF - 35 * SECOND)

    def are_told(*subjects: str) -> bool:
        return all(receivers.told(one) for one in subjects)

    await at.sees(lambda: are_told("Printer jams", "Mail is lost"), what="the first warnings", patience=POLL + 15)
    desk.answer("Printer jams")
    await ctrl_c(at)
    at.begin(run)
    await at.sees(lambda: is_ready(web), what="it runs again")
    await at.sees(lambda: has(f"{web}/metrics", WATCHED % ("met", 1)), what="the answer was seen")
    await at.sees(lambda: are_told("VPN is down"), what="the warning at half-time", patience=POLL + 15)
    await at.sees(lambda: receivers.told("Mail is lost", 2), what="the breach of what nobody answers", patience=60)

    assert max(receivers.arrived("Mail is lost")) < lost + PROMISED
    assert all(down + HALF <= one < down + HALF + SOON for one in receivers.arrived("VPN is down"))
    assert all(lost + PROMISED <= one < lost + PROMISED + SOON for one in receivers.arrived("Mail is lost", 1))
    assert are_told("Printer jams", "VPN is down")  # once each, though the first is past its due instant
    assert len(receivers.mails) == len(receivers.chats) == begun + 4
    overdue = [subject for _, subject in receivers.mails[begun:] if "is due in" not in subject]
    assert len(overdue) == 1
    assert "Mail is lost" in overdue[0]
    assert "is overdue" in overdue[0]


async def ctrl_c(at: Terminal) -> None:
    """Ends the service, and it says that this is fine."""
    at.press_ctrl_c()
    assert (await at.ended()).status == 0


async def has(address: str, line: str) -> bool:
    return line in (await fetch(address))[1].splitlines()


@pytest.mark.asyncio
async def test_in_a_bare_clone_make_run_is_enough_for_alerts_within_a_minute_and_it_goes_on_where_it_was(
    beginner: Beginner, figure: Callable[[str], None]
) -> None:
    readme = (beginner.clone / "README.md").read_text("utf-8")
    run, test = (line.partition("#")[0].strip() for line in commands(readme) if line.startswith("make "))
    assert (run, test) == ("make run", "make test")
    ci = (beginner.clone / ".ci" / "run").read_text("utf-8")
    # A test cannot start all tests: the whole check does, in a fresh clone.
    assert test in [line.strip() for line in ci.splitlines()]
    web = port_for(8080)
    run += "" if web == 8080 else f' ARGS="--listen 127.0.0.1:{web}"'

    async with beginner.terminal(beginner.clone) as at:
        first, seconds = await alerts(at, run, f"http://127.0.0.1:{web}/metrics")
        assert "Installing what slamon needs" in first
        figure(f"make run: set up and the first alert after {seconds:.0f} s")
        again, _ = await alerts(at, run, f"http://127.0.0.1:{web}/metrics")
    assert "Installing" not in again
    assert STARTED.findall(first) < STARTED.findall(again)
    assert set(ALERTED.findall(first)).isdisjoint(ALERTED.findall(again))


async def alerts(at: Terminal, run: str, metrics: str) -> tuple[str, float]:
    """All that stands there from the start past the first alert to Ctrl-C; how long the first alert took, in seconds."""
    begun = wall_now()
    at.begin(run)
    await at.sees(lambda: "slamon demo: " in at.shown, what="it is set up", patience=180)
    await at.sees(lambda: ALERTED.search(at.shown), what="an alert", patience=60)
    seconds = (wall_now() - begun) / SECOND
    assert "\nslamon_commitments{" in (await fetch(metrics))[1]
    at.press_ctrl_c()
    said = await at.ended()
    assert said.status == 130  # make's own, of Ctrl-C
    assert "Error" not in said.text
    return said.text, seconds
