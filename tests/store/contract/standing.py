"""What every store promises about acknowledgements and silences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slamon.core.standing import Ack
from slamon.ports import SilenceRow, Store
from tests.store.build import SOURCE, commitment, judged, judgement, saved

ACK = Ack(SOURCE, "T-1", None, "ada", 10, 20)
SILENCE = SilenceRow("s-1", "{}", 10, 100, "ada", "moving house")


async def waiting(store: Store) -> list[str]:
    return sorted(ticket.id for ticket in await store.to_judge(0, 100))


class StandingContract:
    @pytest.mark.asyncio
    async def test_an_ack_takes_the_place_of_the_earlier_one_of_its_ticket_and_target(self, store: Store) -> None:
        assert await store.acks([(SOURCE, "T-1")]) == {}
        for_good = Ack(SOURCE, "T-1", "resolution", "bob", 12, None)
        for ack in (ACK, for_good, replace(ACK, until=30)):
            await store.save_ack(ack)
        found = await store.acks([(SOURCE, "T-1"), (SOURCE, "T-2")])
        assert found == {(SOURCE, "T-1"): (replace(ACK, until=30), for_good)}

    @pytest.mark.asyncio
    async def test_acks_stand_until_they_are_over_and_no_commitment_is_open(self, store: Store) -> None:
        for_good = replace(ACK, target="first_reply", until=None)
        of_another = replace(ACK, target="resolution", until=None)
        of_what_began_later = replace(ACK, ticket="T-4", at=5, until=None)
        await judged(store, "T-1", commitment())
        await judged(store, "T-4", commitment())
        await judged(store, "T-2", commitment(status="met"))
        for ack in (
            ACK,
            for_good,
            of_another,
            of_what_began_later,
            replace(ACK, ticket="T-2"),
            replace(ACK, ticket="T-3"),
        ):
            await store.save_ack(ack)
        assert await store.standing_acks(19) == [ACK, for_good]
        assert await store.standing_acks(20) == [for_good]

    @pytest.mark.asyncio
    async def test_an_acknowledged_ticket_is_judged_again(self, store: Store) -> None:
        await judged(store, "T-1", commitment())
        await judged(store, "T-2", commitment())
        stale = await judgement(store, "T-1", commitment())
        await store.save_ack(ACK)
        await store.apply([stale], 0)  # made before the ack was known
        assert await waiting(store) == ["T-1"]

    @pytest.mark.asyncio
    async def test_silences_stand_until_they_are_over(self, store: Store) -> None:
        other = replace(SILENCE, id="s-2", until=50)
        await store.save_silence(SILENCE)
        await store.save_silence(other)
        assert await store.silences(49) == [other, SILENCE]
        assert await store.silences(50) == [SILENCE]
        assert await store.silences(100) == []

    @pytest.mark.asyncio
    async def test_a_silence_that_is_ended_is_over(self, store: Store) -> None:
        await store.save_silence(SILENCE)
        assert await store.end_silence("s-1", 30)
        assert await store.silences(30) == []
        assert not await store.end_silence("s-1", 40)
        assert not await store.end_silence("none", 40)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("how", ["ended", "replaced"])
    async def test_who_would_have_been_looked_at_again_at_its_end_is_judged_now(self, store: Store, how: str) -> None:
        await store.save_silence(SILENCE)
        await judged(store, "silenced", commitment(changes_at=100))
        await judged(store, "sooner", commitment(changes_at=40))
        await judged(store, "not under it", commitment(changes_at=101))
        await saved(store, "being judged")
        stale = await judgement(store, "being judged", commitment(changes_at=100))
        if how == "ended":
            assert await store.end_silence("s-1", 30)
        else:
            await store.save_silence(replace(SILENCE, at=30, until=35))
        await store.apply([stale], 0)
        assert await waiting(store) == ["being judged", "silenced", "sooner"]

    @pytest.mark.asyncio
    async def test_what_was_said_is_forgotten_with_what_it_was_about(self, store: Store) -> None:
        await judged(store, "T-1", commitment(), now=1)
        await store.save_ack(ACK)
        await store.save_ack(replace(ACK, ticket="gone"))
        await store.save_silence(SILENCE)
        await store.prune(1_000, 100)
        assert set(await store.acks([(SOURCE, "T-1"), (SOURCE, "gone")])) == {(SOURCE, "T-1")}
        assert await store.end_silence("s-1", 99)
        await store.prune(1_000, 100)
        assert not await store.end_silence("s-1", 0)
