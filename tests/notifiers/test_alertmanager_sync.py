"""The notifier of kind alertmanager: what stands is kept in step with every node."""

from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from slamon.core.instants import SECOND
from slamon.notifiers.alertmanager import AlertmanagerSettings, payload
from slamon.notifiers.alertmanager_alerts import told
from slamon.ports import Mirrors, SendError
from slamon.secrets import Secret
from tests.notifiers.alerting_nodes import AT_RISK, HOLD, LABELS, about, desk, is_over
from tests.notifiers.hostile import HOSTILE, covered, message
from tests.notifiers.servers import answer
from tests.notifiers.test_text import is_safe


@pytest.mark.asyncio
async def test_a_sync_shows_what_is_active_and_ends_what_is_not_any_more() -> None:
    async with desk(200, 200) as made:
        assert isinstance(made.notifier, Mirrors)
        other = covered(number=4712)
        await made.notifier.sync([AT_RISK, other])
        await made.notifier.sync([covered()])
        await made.notifier.sync([])
        await made.notifier.sync([])
        first, second, third = made.told(0)
        assert made.told(0) == made.told(1)
    assert [(one["labels"]["ticket"], is_over(one)) for one in first] == [("4711", False), ("4712", False)]
    assert {(one["labels"]["alertname"], one["labels"]["ticket"], is_over(one)) for one in second} == {
        ("CommitmentBreached", "4711", False),
        ("CommitmentAtRisk", "4711", True),
        ("CommitmentBreached", "4712", True),
    }
    assert [(one["labels"]["alertname"], is_over(one)) for one in third] == [("CommitmentBreached", True)]


@pytest.mark.asyncio
async def test_a_sync_with_an_older_list_does_not_end_what_was_just_sent() -> None:
    async with desk(200) as made:
        await made.notifier.send(about(covered()))
        await made.notifier.sync([])
        await made.notifier.sync([])
        during, after = made.told(0)[1:]
    assert [is_over(one) for one in during] == [False]
    assert [is_over(one) for one in after] == [True]


@pytest.mark.asyncio
async def test_slamons_own_trouble_stands_until_it_is_cleared() -> None:
    trouble = message(thread="monitor/stale/desk")
    async with desk(200) as made:
        await made.notifier.send(trouble)
        for _ in range(3):
            await made.notifier.sync([])
        await made.notifier.send(message(thread="monitor/stale/desk", tone="good"))
        await made.notifier.sync([])
        bodies = made.told(0)
    assert [[is_over(one) for one in body] for body in bodies] == [[False], [False], [False], [False], [True]]


@pytest.mark.asyncio
async def test_what_is_told_by_a_send_alone_is_not_ended_by_a_sync() -> None:
    async with desk(200) as made:
        await made.notifier.send(about(covered(moment="missed", status="missed")))
        await made.notifier.sync([covered(number=1)])
        body = made.told(0)[1]
    assert [one["labels"]["ticket"] for one in body] == ["1"]


@pytest.mark.asyncio
async def test_a_node_that_fails_again_and_again_rests_and_a_sync_finds_it_again() -> None:
    async with desk(503, 200) as made:
        with capture_logs() as logged:
            for _ in range(6):
                await made.notifier.send(about(covered()))
            assert (len(made.told(0)), len(made.told(1))) == (3, 6)
            made.nodes[0].answers = [answer(200)]
            await made.notifier.sync([covered()])
            await made.notifier.send(about(covered()))
            assert (len(made.told(0)), len(made.told(1))) == (5, 8)
    assert [one["event"] for one in logged] == ["an Alertmanager does not take alerts", "an Alertmanager is back"]


@pytest.mark.asyncio
async def test_if_all_nodes_rest_they_are_tried_all_the_same() -> None:
    async with desk(503) as made:
        for _ in range(5):
            with pytest.raises(SendError):
                await made.notifier.send(about(covered()))
        assert len(made.told(0)) == 5
        with pytest.raises(SendError):
            await made.notifier.sync([covered()])


@pytest.mark.asyncio
async def test_many_alerts_go_in_several_requests() -> None:
    async with desk(200) as made:
        await made.notifier.sync([covered(number=number) for number in range(1_200)])
        bodies = made.told(0)
    assert [len(body) for body in bodies] == [500, 500, 200]
    assert len({one["labels"]["ticket"] for body in bodies for one in body}) == 1_200


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_in_its_label(name: str) -> None:
    text = HOSTILE[name]
    hostile = covered(text, source=text, ticket=text, policy=text, target=text, url=text)
    made = msgspec.json.decode(msgspec.json.encode(payload(told(about(hostile)), 1_795_353_600 * SECOND, HOLD)))
    for one in made:
        assert set(one["labels"]) <= LABELS
        assert set(one["annotations"]) == {"due", "summary"}
        assert all(is_safe(value) and 0 < len(value) <= 500 for value in one["labels"].values())
        assert one.get("generatorURL", "https://").startswith("https://")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"urls": ()}, "urls: there is no node: write http://alertmanager:9093"),
        ({"urls": ("am:9093",)}, "urls: not an http(s) address without a password: write http://alertmanager:9093"),
        ({"urls": ("http://u:canary@am:9093",)}, "urls: not an http(s) address without a password: write http://alertmanager:9093"),
        ({"hold": 60.0}, "hold: not between two minutes and a day: write 5m"),
        ({"headers": {"Host": Secret("x")}}, "headers: Host is set by slamon itself: leave it out"),
        ({"timeout": 301.0}, "timeout: 301.0 is not between 0 and 300 seconds: write 10s"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole text is compared
        AlertmanagerSettings(**{"urls": ("http://am:9093",)} | changes)
    assert str(caught.value) == said
