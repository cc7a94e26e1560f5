"""What is known of a customer counts when a ticket is judged and again when somebody is told, and is never stored."""

from __future__ import annotations

import msgspec
import pytest

from slamon.core.ticket import Ticket
from slamon.ports import Store
from tests.flow.build import Bench, bench, message

RULES = """
version: 1
policies:
  - {name: gold, match: {customer.tier: gold}, calendar: 24x7, targets: {first_response: 1h}}
  - {name: rest, match: all, calendar: 24x7, targets: {first_response: 8h}}
routes:
  - {name: all, match: all, steps: [{when: [breached, missed], notify: desk}]}
"""


class Tier:
    """A directory in which every customer is of one tier."""

    def __init__(self, tier: str) -> None:
        self.tier = tier

    def __call__(self, ticket: Ticket) -> Ticket:
        return msgspec.structs.replace(ticket, customer={"tier": self.tier})


def made(store: Store, tier: Tier) -> Bench:
    return bench(store, "2026-06-05T10:00:00Z", RULES, join=tier)


async def policies(store: Store) -> dict[str, str]:
    """The policy and status of each ticket."""
    found = {id: await store.commitments("help", id) for id in ("1", "2")}
    return {id: " ".join(f"{row.policy} {row.status}" for row in rows) for id, rows in found.items()}


@pytest.mark.asyncio
async def test_the_customer_of_a_directory_decides_the_policy_and_the_alert_goes_out(store: Store) -> None:
    world = made(store, Tier("gold"))
    await world.put("1", "2026-06-05T09:30:00Z")
    assert await world.turn("2026-06-05T10:00:00Z") == []
    [title] = await world.turn("2026-06-05T10:31:00Z")
    assert "first response" in title
    assert b"gold" not in (await store.load("help", ["1"]))["1"].body


@pytest.mark.asyncio
async def test_a_customer_who_became_gold_is_so_for_what_is_open_and_what_has_ended_stays(store: Store) -> None:
    tier = Tier("silver")
    world = made(store, tier)
    await world.put("1", "2026-06-05T08:00:00Z", [message("2026-06-05T09:50:00Z")])
    await world.put("2", "2026-06-05T09:30:00Z")
    await world.turn("2026-06-05T10:00:00Z")
    assert await policies(store) == {"1": "rest met", "2": "rest on_track"}
    tier.tier = "gold"
    await store.mark_for_judging()
    assert await world.turn("2026-06-05T10:01:00Z") == []
    assert await policies(store) == {"1": "rest met", "2": "gold on_track"}
