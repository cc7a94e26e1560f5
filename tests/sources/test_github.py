"""The source of kind github, on a server of the shape of the public contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.core.instants import MINUTE, parse_instant
from slamon.secrets import Secret
from slamon.sources import Surroundings, load
from slamon.sources.github import GithubSource
from tests.clock import ManualTime
from tests.sources.github_server import (
    ANNA,
    CARL,
    NOW,
    ROBOT,
    TOKEN,
    Hub,
    comment,
    entry,
    issue,
    labeled,
    poll,
    reading,
)

LIST = "/repos/acme/vpn/issues"


def whole_issue() -> Hub:
    """An issue that was labelled, answered, closed, opened again and closed as not planned."""
    timeline = [
        labeled("2026-03-10T10:00:00Z", 1, "bug"),
        comment("2026-03-10T10:05:00Z", 900, ROBOT),
        comment("2026-03-10T11:00:00Z", 901, ANNA, "MEMBER"),
        labeled("2026-03-10T11:00:05Z", 2, "needs info"),
        entry("assigned", "2026-03-10T11:01:00Z", 3, assignee=ANNA),
        entry("subscribed", "2026-03-10T11:01:00Z", 4),
        {"event": "committed", "sha": "abc", "author": {"name": "x", "date": "2026-03-10T11:02:00Z"}},
        comment("2026-03-11T09:00:00Z", 902, CARL),
        labeled("2026-03-11T09:30:00Z", 5, "needs info", "unlabeled"),
        labeled("2026-03-11T09:31:00Z", 6, "P1"),
        entry("closed", "2026-03-11T12:00:00Z", 7, state_reason="completed"),
        entry("reopened", "2026-03-12T12:00:00Z", 8, actor=None),
        entry("closed", "2026-03-13T12:00:00Z", 9, state_reason=None),
    ]
    now = {"state": "closed", "state_reason": "not_planned", "closed_at": "2026-03-13T12:00:00Z"}
    labels = [{"name": "bug"}, {"name": "P1"}]
    hub = Hub(timelines={"acme/vpn#1": timeline}, most=4)
    hub.issues["acme/vpn"] = [issue(1, labels=labels, assignees=[ANNA], **now, updated_at="2026-03-13T12:00:00Z")]
    return hub


MEANING = {"status": {"Needs Info": "waiting_customer"}, "priority": {"P0": "urgent", "p1": "high"}}


@pytest.mark.asyncio
async def test_a_timeline_becomes_what_was_at_creation_and_what_changed(tmp_path: Path) -> None:
    async with reading(whole_issue(), tmp_path, **MEANING) as (source, _):
        tickets, _, _ = await poll(source)
    ticket = tickets["acme/vpn#1"]
    assert (ticket.subject, ticket.created_by, ticket.history) == ("Issue 1", "customer", "full")
    assert ticket.url == "https://github.example/acme/vpn/issues/1"
    assert ticket.created_at == parse_instant("2026-03-10T10:00:00Z")
    at_creation = {"status": "open", "source_status": "open", "priority": None, "type": None, "assignee": None}
    assert ticket.fields == {**at_creation, "tags": ["bug"]}
    waiting = {"status": "waiting_customer", "source_status": "Needs Info"}
    again = {"status": "open", "source_status": "open"}
    assert [event.set for event in ticket.events if event.kind == "change"] == [
        {**waiting, "tags": ["bug", "needs info"]},
        {"assignee": "anna"},
        {**again, "tags": ["bug"]},
        {"priority": "high", "tags": ["bug", "P1"]},
        {"status": "solved", "source_status": "completed"},
        again,
        {"status": "cancelled", "source_status": "not_planned"},
    ]
    messages = [(event.id, event.by, event.public) for event in ticket.events if event.kind == "message"]
    assert messages == [("comment.900", "bot", True), ("comment.901", "agent", True), ("comment.902", "customer", True)]
    assert [event.by for event in ticket.events if event.kind == "change"] == [*["anna"] * 5, None, "anna"]


@pytest.mark.asyncio
async def test_pull_requests_are_no_tickets(tmp_path: Path) -> None:
    hub = Hub({"acme/vpn": [issue(1), issue(2, pull_request={"url": "https://x"})]})
    async with reading(hub, tmp_path) as (source, server):
        tickets, _, _ = await poll(source)
        assert set(tickets) == {"acme/vpn#1"}
        assert not server.asked(f"{LIST}/2/timeline")
        assert await source.fetch(["acme/vpn#2"]) == []


@pytest.mark.asyncio
async def test_a_long_list_is_read_whole_and_an_issue_of_it_costs_one_request(tmp_path: Path) -> None:
    rows = [issue(n, f"2026-03-10T10:{n // 60:02}:{n % 60:02}Z") for n in range(1, 236)]
    rows += [issue(n, "2026-03-10T11:00:00Z") for n in range(236, 460)]  # more of one instant than two pages hold
    async with reading(Hub({"acme/vpn": rows}), tmp_path) as (source, server):
        tickets, _, _ = await poll(source)
    assert {int(id.rpartition("#")[2]) for id in tickets} == set(range(1, 460))
    assert not [one for one in server.requests if one.path == f"{LIST}/1"]
    assert len(server.requests) < 480


@pytest.mark.asyncio
async def test_old_issues_are_read_at_first_only_if_they_are_open(tmp_path: Path) -> None:
    old = "2025-01-01T00:00:00Z"
    hub = Hub({"acme/vpn": [issue(1, old), issue(2, old, state="closed", closed_at=old), issue(3)]})
    async with reading(hub, tmp_path) as (source, _):
        tickets, _, _ = await poll(source)
    assert set(tickets) == {"acme/vpn#1", "acme/vpn#3"}


async def settled(source: GithubSource) -> bytes:
    """The cursor once some polls have found nothing new."""
    cursor = None
    for _ in range(4):
        _, cursor, _ = await poll(source, cursor)
        source.around.time.advance(MINUTE)  # type: ignore[attr-defined]
    assert cursor is not None
    return cursor


@pytest.mark.asyncio
async def test_reading_an_unchanged_issue_again_is_free_and_forgets_no_page_of_a_long_timeline(tmp_path: Path) -> None:
    hub = whole_issue()
    hub.issues["acme/vpn"].append(issue(2))
    hub.timelines["acme/vpn#2"] = [comment("2026-03-10T11:00:00Z", 1, ANNA, "OWNER")]
    async with reading(hub, tmp_path) as (source, _):
        first = await source.fetch(["acme/vpn#1", "acme/vpn#2"])
        await source.fetch(["acme/vpn#2"])
        left = hub.left
        assert await source.fetch(["acme/vpn#2"]) == first[1:]
        assert hub.left == left
        assert await source.fetch(["acme/vpn#1"]) == first[:1]
    assert len(first[0].events) == 10


@pytest.mark.asyncio
async def test_a_poll_with_nothing_new_costs_nothing_of_the_budget(tmp_path: Path) -> None:
    hub = whole_issue()
    async with reading(hub, tmp_path) as (source, server):
        cursor = await settled(source)
        left, asked = hub.left, len(server.requests)
        tickets, _, _ = await poll(source, cursor)
        assert (tickets, hub.left, len(server.requests)) == ({}, left, asked + 1)
        assert source.readings.requests_left == left


@pytest.mark.asyncio
async def test_what_was_updated_is_read_again_and_nothing_else(tmp_path: Path) -> None:
    hub = Hub({"acme/vpn": [issue(1), issue(2)]})
    async with reading(hub, tmp_path) as (source, _):
        cursor = await settled(source)
        hub.issues["acme/vpn"][0]["updated_at"] = "2026-03-19T00:00:00Z"
        hub.timelines["acme/vpn#1"] = [comment("2026-03-19T00:00:00Z", 5, ANNA, "OWNER")]
        tickets, _, _ = await poll(source, cursor)
    assert [event.by for event in tickets["acme/vpn#1"].events] == ["agent"]
    assert set(tickets) == {"acme/vpn#1"}


@pytest.mark.asyncio
async def test_a_probe_names_the_budget_the_repositories_and_labels_that_are_not_there(tmp_path: Path) -> None:
    hub = whole_issue()
    hub.labels = ["needs info", "p1", *(f"other {n}" for n in range(9))]
    async with reading(hub, tmp_path, **MEANING) as (source, _):
        findings = await source.probe()
    texts = {(one.level, one.text) for one in findings}
    assert ("ok", "5000 of 5000 requests an hour are left") in texts
    assert ("ok", "acme/vpn: its issues can be read") in texts
    assert [one.text for one in findings if one.level == "warning"] == ["there is no label 'P0'"]


def test_the_kind_makes_a_source_of_its_settings(tmp_path: Path) -> None:
    kind = load("github")
    settings = kind.settings(token=Secret(TOKEN), repositories=("acme/vpn",))
    assert settings.url == "https://api.github.com"
    assert isinstance(kind.source("hub", settings, Surroundings(tmp_path, ManualTime(NOW), NOW)), GithubSource)
