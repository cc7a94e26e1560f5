"""The watchdog: who gives no sign of life is noticed, a silent scheduler restarted once, a clock that jumps made good."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from slamon.core.instants import HOUR, MINUTE, SECOND
from slamon.flow.watchdog import EVERY, GivesUp, Pulse, Watchdog
from slamon.ports import Store
from slamon.schedule import Schedule
from tests.clock import ManualTime
from tests.flow.build import bench
from tests.flow.watching import Seen

NOW = 1_780_000_000 * SECOND


@dataclass
class Plan:
    """A schedule that beats as long as it is told to."""

    beat: int = 0
    lives: bool = True
    restarts: int = 0
    rearmed: int = 0
    heals: bool = True

    def restart(self) -> None:
        self.restarts += 1
        self.lives = self.heals

    def rearm(self) -> None:
        self.rearmed += 1


@dataclass
class Kennel:
    """A watchdog whose turns a test makes."""

    plan: Plan = field(default_factory=Plan)
    time: ManualTime = field(default_factory=lambda: ManualTime(NOW))
    seen: Seen = field(default_factory=Seen)
    noticed: list[str] = field(default_factory=list)
    woken: int = 0
    judge: float = 0.0
    judging: bool = True
    poked: int = 0

    def __post_init__(self) -> None:
        pulse = Pulse("judge", lambda: self.judge, 120.0, self._poke)
        self.dog = Watchdog(self.time, self.plan, [pulse], self._notice, self._jumped, self.seen)

    def _poke(self) -> None:
        self.poked += 1

    def _notice(self, name: str, text: str) -> None:
        self.noticed.append(f"{name}: {text}")

    def _jumped(self) -> None:
        self.woken += 1

    def turns(self, number: int) -> None:
        for _ in range(number):
            self.time.advance(int(EVERY * SECOND))
            self.plan.beat += self.plan.lives
            self.judge += self.judging
            self.dog.turn()


def test_while_everything_beats_nothing_is_said() -> None:
    its = Kennel()
    with capture_logs() as logs:
        its.turns(1_000)
    assert (logs, its.noticed, its.seen.parts, its.poked) == ([], [], {}, 0)


def test_a_loop_without_a_beat_is_poked_and_then_noticed_once() -> None:
    its = Kennel()
    its.turns(10)
    its.judging = False
    with capture_logs() as logs:
        its.turns(120)
        assert its.dog.silent == {}
        assert its.poked == 4
        its.turns(1)
        assert its.dog.silent == {"judge": 121.0} == its.seen.parts
        its.turns(60)
        its.judging = True
        its.turns(1)
    assert its.dog.silent == {}
    assert [entry["event"] for entry in logs] == ["no sign of life", "gives signs of life again"]


def test_a_silent_scheduler_is_restarted_once() -> None:
    its = Kennel()
    its.turns(10)
    its.plan.lives = False
    its.turns(60)
    assert its.plan.restarts == 0
    its.turns(2)
    assert its.plan.restarts == 1
    assert its.noticed == ["scheduler_silent: the scheduler called nothing any more, and was restarted"]
    its.turns(600)
    assert its.plan.restarts == 1


def test_a_scheduler_that_stays_silent_ends_the_service() -> None:
    its = Kennel(Plan(heals=False))
    its.plan.lives = False
    with pytest.raises(GivesUp, match="though it was restarted"):
        its.turns(200)
    assert its.plan.restarts == 1


def test_a_scheduler_that_was_well_for_an_hour_may_be_restarted_again() -> None:
    its = Kennel()
    for _ in range(3):
        its.plan.lives = False
        its.turns(62)
        its.turns(3_601)
    assert its.plan.restarts == 3


def test_who_was_stopped_together_with_the_watchdog_is_not_blamed() -> None:
    its = Kennel()
    its.turns(10)
    its.time.advance(2 * HOUR)  # SIGSTOP, and then SIGCONT
    its.turns(1)
    assert (its.dog.silent, its.plan.restarts, its.seen.jumps) == ({}, 0, [])


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 3 * SECOND])
def test_a_jump_of_the_clock_is_noticed_once_and_everybody_looks_at_it_again(jump: int) -> None:
    its = Kennel()
    its.turns(3)
    its.time.jump_to(its.time.now() + jump)
    with capture_logs() as logs:
        its.turns(10)
    assert its.seen.jumps == [pytest.approx(jump / SECOND)]
    assert (its.woken, its.plan.rearmed) == (1, 1)
    assert len(its.noticed) == 1
    assert its.noticed[0].startswith("clock_jumped: the clock of this machine jumped")
    assert [entry["event"] for entry in logs] == ["the clock jumped"]


def test_a_clock_that_is_slewed_or_that_runs_on_is_no_jump() -> None:
    its = Kennel()
    for _ in range(100):
        its.time.jump_to(its.time.now() + SECOND)
        its.turns(1)
    assert its.seen.jumps == []


@pytest.mark.asyncio
async def test_a_real_scheduler_that_died_calls_again_after_the_restart() -> None:
    schedule, calls, called = Schedule(), 0, asyncio.Event()

    async def job() -> None:
        nonlocal calls
        calls += 1
        called.set()

    schedule.start()
    its = Kennel()
    dog = Watchdog(its.time, schedule, (), its._notice, its._jumped, its.seen)
    schedule.every(0.01, "job", job, 10.0)
    try:
        async with asyncio.timeout(30):
            while calls < 3:
                called.clear()
                await called.wait()
            schedule._scheduler._eventloop = None  # as after an exception out of a job store: no timer is set any more
            schedule._scheduler._stop_timer()
            called.clear()
            for _ in range(70):
                its.time.advance(SECOND)
                dog.turn()
            await called.wait()
    finally:
        await schedule.stop()
    assert len(its.noticed) == 1


@pytest.mark.asyncio
async def test_a_warning_that_a_jump_makes_due_goes_out_as_soon_as_the_jump_is_noticed(store: Store) -> None:
    run = bench(store, "2026-06-08T07:00:00Z")
    await run.put("7", "2026-06-08T07:00:00Z")
    its = Kennel(time=run.time)
    dog = Watchdog(run.time, its.plan, (), its._notice, run.loop._changed.set, its.seen)
    dog.turn()
    judging, delivering = asyncio.create_task(run.loop.run()), asyncio.create_task(run.deliverer.run())
    try:
        await run.time.asleep(2)
        run.time.jump_to(run.time.now() + 2 * HOUR + MINUTE)
        dog.turn()
        async with asyncio.timeout(30):
            await run.desk.took.wait()
    finally:
        for task in (judging, delivering):
            task.cancel()
        await asyncio.gather(judging, delivering, return_exceptions=True)
    assert run.desk.titles == ["7: first response is due in 1 h 59 min"]
