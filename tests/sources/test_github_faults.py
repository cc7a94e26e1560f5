"""The source of kind github: refusals, limits, odd answers, and settings that cannot work."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from slamon.core.instants import MINUTE
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources.github import GithubSettings
from slamon.sources.http import Agents, NotFound
from tests.settings_file.build import settings
from tests.sources.github_server import (
    TOKEN,
    Hub,
    issue,
    labeled,
    poll,
    reading,
)
from tests.sources.http_server import answer, data
from tests.sources.talking import looked_at_during_a_batch

LIST = "/repos/acme/vpn/issues"


@pytest.mark.asyncio
async def test_a_last_look_asks_the_server_also_while_the_list_is_being_read(tmp_path: Path) -> None:
    hub = Hub({"acme/vpn": [issue(1), issue(2)]})
    async with reading(hub, tmp_path) as (source, server):
        change = partial(hub.issues["acme/vpn"][0].update, title="other")
        assert (await looked_at_during_a_batch(source, "acme/vpn#1", change)).subject == "other"
        assert [one.path for one in server.requests].count(f"{LIST}/2") == 0


@pytest.mark.asyncio
async def test_each_repository_is_followed_for_itself_and_a_refused_one_hides_no_other(tmp_path: Path) -> None:
    hub = Hub({"acme/vpn": [issue(1)], "acme/app": [issue(1)]})
    keys = {"repositories": ("acme/vpn", "acme/secret", "acme/app")}
    async with reading(hub, tmp_path, **keys) as (source, _):
        found: list[str] = []

        async def read() -> None:
            async for batch in source.collect(None):
                found.extend(ticket.id for ticket in batch.tickets)

        with pytest.raises(SourceError, match="repos/acme/secret/issues is not there: 404") as refused:
            await read()
    assert found == ["acme/vpn#1", "acme/app#1"]
    assert not refused.value.permanent  # or the others would not be polled for long


@pytest.mark.asyncio
async def test_an_issue_that_is_deleted_or_moved_is_gone_but_an_unseen_repository_is_an_error(tmp_path: Path) -> None:
    hub = Hub({"acme/vpn": [issue(1)]})
    hub.said[f"{LIST}/2"] = answer(410)
    hub.said[f"{LIST}/3"] = answer(301, "", "Location: https://api.github.com/repositories/5/issues/9")
    async with reading(hub, tmp_path) as (source, _):
        for number in (2, 3, 4):
            with pytest.raises(NotFound):
                await source.ticket(f"acme/vpn#{number}")
        hub.issues.clear()
        with pytest.raises(SourceError, match="the issues of acme/vpn are not to be seen") as error:
            await source.ticket("acme/vpn#1")
    assert error.value.permanent
    assert not isinstance(error.value, NotFound)


@pytest.mark.asyncio
async def test_what_is_no_id_of_an_issue_says_what_one_looks_like(tmp_path: Path) -> None:
    async with reading(Hub(), tmp_path) as (source, server):
        with pytest.raises(NotFound, match=r"'\.\./x#1' is no issue: write one such as acme/vpn#12"):
            await source.ticket("../x#1")
    assert server.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (answer(403, "{}", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 90"), 90),
        (answer(429, "{}", "Retry-After: 45"), 45),
        (answer(403, "{}", "Retry-After: 30", "X-RateLimit-Remaining: 4000"), 30),
        (data({"message": "You have exceeded a secondary rate limit."}, status=403), 60),
    ],
    ids=["the hour's requests are used up", "too many", "secondary, with a time", "secondary, without one"],
)
async def test_a_rate_limit_is_a_wait_and_no_refusal(tmp_path: Path, refusal: bytes, seconds: int) -> None:
    hub = Hub({"acme/vpn": [issue(1)]}, said={LIST: refusal})
    async with reading(hub, tmp_path) as (source, _):
        with pytest.raises(SourceError) as error:
            await poll(source)
    assert (error.value.permanent, error.value.retry_after) == (False, seconds * MINUTE // 60)


@pytest.mark.asyncio
async def test_one_issue_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    hub = Hub({"acme/vpn": [issue(1, created_at="soon"), issue(2), issue(3)]})
    hub.timelines["acme/vpn#3"] = [labeled("yesterday", 1, "bug")]
    async with reading(hub, tmp_path) as (source, _):
        tickets, _, batches = await poll(source)
    problems = [problem for batch in batches for problem in batch.problems]
    assert set(tickets) == {"acme/vpn#2"}
    assert len(problems) == 2
    assert problems[0] == "acme/vpn#1: Invalid RFC3339 encoded datetime - at `$.created_at`"


@pytest.mark.asyncio
async def test_a_wrong_token_is_an_error_with_a_remedy_and_is_not_shown(tmp_path: Path) -> None:
    async with reading(Hub({"acme/vpn": [issue(1)]}), tmp_path, token=Secret("ghp_wrong")) as (source, _):
        findings = await source.probe()
    assert [one.level for one in findings] == ["error"]
    assert "is the token right and not expired" in findings[0].text
    assert "ghp_wrong" not in str(findings)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"repositories": ("vpn",)}, "repositories: 'vpn' is no repository: write one such as acme/vpn"),
        ({"repositories": ("a/../b",)}, "repositories: 'a/../b' is no repository"),
        ({"repositories": ()}, "repositories: none, or one twice"),
        ({"repositories": ("a/b", "A/B")}, "repositories: none, or one twice"),
        ({"agents": Agents(groups=("support",))}, "agents: GitHub tells neither teams nor addresses"),
        ({"fields": {"customer": "custom.x"}}, "fields: customer: 'custom.x' is nothing that can be had"),
    ],
)
def test_settings_that_can_never_work_say_so_at_their_key(keys: dict[str, object], said: str) -> None:
    usual: dict[str, object] = {"token": Secret(TOKEN), "repositories": ("acme/vpn",)}
    with pytest.raises(ValueError, match="^" + said.replace(".", r"\.")):
        GithubSettings(**(usual | keys))  # type: ignore[arg-type]


def test_the_settings_on_the_page_can_be_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sources" / "github.md").read_text()
    example = page.partition("```yaml\n")[2].partition("```")[0]
    found = settings(f"version: 1\n{example}", GITHUB_TOKEN=TOKEN).sources[0].options
    assert isinstance(found, GithubSettings)
    assert found.repositories == ("acme/vpn", "acme/app")
