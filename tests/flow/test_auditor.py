"""The audit: every due step of the last day is delivered or explained, and what is not is found and told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from slamon.core.instants import HOUR, MINUTE, SECOND
from slamon.flow.auditor import Auditor
from slamon.flow.standing import Standings
from slamon.ports import Judgement, Reason, SendError, Store
from slamon.silences import silences_of
from tests.flow.build import Bench, bench, message
from tests.flow.watching import Seen

MONDAY_9AM = "2026-06-08T07:00:00Z"  # office hours: half of the four hours is over at 11:00 in Berlin


@dataclass
class Audit:
    run: Bench
    store: Store
    noticed: list[str] = field(default_factory=list)
    woken: int = 0
    told: set[str] = field(default_factory=set)
    idle: bool = True
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        run = self.run
        self.auditor = Auditor(
            run.loop.judgement,
            "1",
            self.store,
            run.time,
            Standings(self.store, silences_of),
            lambda name, text: self.noticed.append(f"{name}: {text}"),
            self._wake,
            self.seen,
            lambda name, subject: subject in self.told,
            lambda: self.idle,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def twice(self) -> list[str]:
        """Two looks, far enough apart that what is missing is missing for good; the problems after them."""
        await self.auditor.turn()
        self.run.time.advance(61 * SECOND)
        await self.auditor.turn()
        return self.auditor.problems


async def audit(store: Store, *ids: str, at: str = MONDAY_9AM) -> Audit:
    run = bench(store, at)
    for id in ids:
        await run.put(id, at)
    await run.loop.catch_up()
    return Audit(run, store)


async def forget_to_judge(one: Audit, hours: int = 2) -> None:
    """The clock makes a warning (after 4 hours: the breach) due; the judge takes its mark off without saying so."""
    one.run.time.advance(hours * HOUR + 2 * MINUTE)
    for ticket in await one.store.to_judge(one.run.time.now(), 100):
        judgement = one.run.loop.judgement(ticket, one.run.time.now())
        unsaid = Judgement(ticket.source, ticket.id, ticket.version, judgement.commitments, ())
        await one.store.apply([unsaid], one.run.time.now())


@pytest.mark.asyncio
async def test_where_everything_was_sent_nothing_is_found(store: Store) -> None:
    one = await audit(store, "7", "8")
    await one.run.pass_until("2026-06-08T12:00:00Z")
    assert await one.twice() == []
    assert one.seen.audits[-1] == (2, 0, 0)
    assert one.noticed == []


@pytest.mark.asyncio
async def test_what_the_judge_forgot_is_found_at_the_second_look_and_sent(store: Store) -> None:
    one = await audit(store, "7")
    await forget_to_judge(one)
    await one.auditor.turn()
    assert (one.auditor.problems, one.noticed) == ([], [])  # the judge may still be at it
    one.run.time.advance(61 * SECOND)
    await one.auditor.turn()
    assert one.auditor.problems == ["1 alerts were due and not queued"]
    assert one.noticed == ["alerts_missing: 1 alert that was due was not queued by the judge, but by the audit"]
    assert one.woken == 1
    await one.run.deliverer.catch_up()
    assert one.run.desk.titles == ["7: first response is due in 1 h 56 min"]
    await one.auditor.turn()
    assert one.auditor.problems == []


@pytest.mark.asyncio
async def test_what_is_not_true_any_more_at_the_second_look_was_not_missing(store: Store) -> None:
    one = await audit(store, "7")
    await forget_to_judge(one)
    await one.auditor.turn()
    one.run.time.advance(61 * SECOND)
    await one.run.put("7", MONDAY_9AM, [message("2026-06-08T09:02:30Z")])
    await one.auditor.turn()
    assert one.noticed == []


@pytest.mark.asyncio
async def test_a_judge_that_works_at_a_backlog_has_missed_nothing_yet(store: Store) -> None:
    one = await audit(store, "7")
    await forget_to_judge(one, 4)
    one.idle = False
    for _ in range(59):
        await one.auditor.turn()
        one.run.time.advance(MINUTE)
    assert one.noticed == []
    one.idle = True
    await one.auditor.turn()
    assert len(one.noticed) == 1


@pytest.mark.asyncio
async def test_a_judge_is_not_believed_to_be_busy_for_ever(store: Store) -> None:
    one = await audit(store, "7")
    await forget_to_judge(one, 4)
    one.idle = False
    await one.auditor.turn()
    one.run.time.advance(HOUR)
    await one.auditor.turn()
    assert len(one.noticed) == 1


@pytest.mark.asyncio
async def test_what_has_just_come_due_is_left_to_the_judge(store: Store) -> None:
    one = await audit(store, "7")
    one.run.time.advance(2 * HOUR + 30 * SECOND)
    await one.auditor.turn()
    assert one.seen.audits == [(1, 0, 0)]
    assert not one.auditor._doubts


@pytest.mark.asyncio
async def test_a_refused_message_is_explained_only_if_somebody_was_told(store: Store) -> None:
    one = await audit(store, "7")
    one.run.desk.failures = [SendError(Reason.REJECTED, "no", permanent=True)]
    await one.run.pass_until("2026-06-08T09:00:30Z")
    one.run.time.advance(2 * MINUTE)
    assert await one.twice() == ["1 alerts reached nobody, and nobody was told of that"]
    one.told = {"desk"}
    await one.auditor.turn()
    assert one.auditor.problems == []


@pytest.mark.asyncio
async def test_what_waits_or_was_superseded_is_explained(store: Store) -> None:
    one = await audit(store, "7", "8")
    one.run.time.advance(2 * HOUR + 2 * MINUTE)
    await one.run.loop.catch_up()
    await one.run.put("8", MONDAY_9AM, [message("2026-06-08T09:01:30Z")])
    assert await one.twice() == []


@pytest.mark.asyncio
async def test_more_than_one_page_is_looked_at_and_then_all_of_it_again(store: Store) -> None:
    one = await audit(store, *(str(number) for number in range(120)))
    assert await one.auditor.turn() == 120
    assert await one.auditor.turn() == 120
    assert sum(tickets for tickets, *_ in one.seen.audits) == 240


@pytest.mark.asyncio
async def test_an_audit_that_does_not_get_on_is_a_problem(store: Store) -> None:
    one = await audit(store, "7")
    one.run.time.advance(11 * MINUTE)
    assert one.auditor.problems == ["the audit does not get on"]
    await one.auditor.turn()
    assert one.auditor.problems == []
