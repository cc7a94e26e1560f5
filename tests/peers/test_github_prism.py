"""The source of kind github against a mock that knows GitHub's own contract and refuses what breaks it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slamon.core.instants import parse_instant
from slamon.ports import SourceError
from slamon.secrets import Secret
from slamon.sources import Surroundings
from slamon.sources.github import GithubSettings, GithubSource
from tests.clock import ManualTime

NOW = parse_instant("2022-06-01T00:00:00Z")
PEERS = Path(tempfile.gettempdir()) / "slamon-peers-github"

pytestmark = [pytest.mark.shared, pytest.mark.peer("npm")]


def _contract(folder: Path) -> dict[str, Any]:
    """The contract; its one example of an issue is a pull request with more pages behind it, which ours is not."""
    found: dict[str, Any] = json.loads((folder / "samples" / "prism" / "github-issues.openapi.json").read_text())
    examples = found["components"]["examples"]
    for one in (examples["issue"]["value"], *examples["issue-items"]["value"]):
        del one["pull_request"]
    for path in found["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.get("responses", {}).get("200", {}).pop("headers", None)
    one = found["paths"]["/repos/{owner}/{repo}/issues/{issue_number}"]["get"]["responses"]["200"]["content"]
    one["application/json"]["examples"] = {"default": {"value": examples["issue"]["value"]}}  # not a reference to it
    return found


def _run(script: Path, port: int, *words: str) -> None:
    env = {**os.environ, "PEERS": str(PEERS), "PRISM_PORT": str(port)}
    subprocess.run(["bash", str(script), *words], env=env, check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def prism(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the mock."""
    contract = tmp_path_factory.mktemp("contract") / "github.json"
    contract.write_text(json.dumps(_contract(shared)))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = shared / "servers" / "prism.sh"
    _run(script, port, "start", str(contract), "--errors")
    yield f"http://127.0.0.1:{port}"
    _run(script, port, "stop")


def source(url: str, folder: Path) -> GithubSource:
    settings = GithubSettings(url=url, token=Secret("ghp_0123456789"), repositories=("octocat/Hello-World",))
    return GithubSource("hub", settings, Surroundings(folder, ManualTime(NOW), NOW))


@pytest.mark.asyncio
async def test_what_is_asked_keeps_to_the_contract_and_what_it_shows_is_read(prism: str, tmp_path: Path) -> None:
    hub = source(prism, tmp_path)
    try:
        batches = [batch async for batch in hub.collect(None)]
    finally:
        await hub.close()
    ticket = next(ticket for batch in batches for ticket in batch.tickets)
    assert (ticket.id, ticket.subject, ticket.created_by) == ("octocat/Hello-World#1347", "Found a bug", "agent")
    assert ticket.created_at == parse_instant("2011-04-22T13:33:48Z")
    assert (ticket.fields["assignee"], ticket.fields["status"]) == ("octocat", "open")
    messages = [(event.id, event.by) for event in ticket.events if event.kind == "message"]
    assert messages == [("comment.1130876857", "agent")]
    assert next(event.set for event in ticket.events if event.kind == "change") == {"tags": ["bug", "beta"]}


@pytest.mark.asyncio
async def test_a_single_issue_and_the_budget_are_read_by_the_contract(prism: str, tmp_path: Path) -> None:
    hub = source(prism, tmp_path)
    try:
        found = await hub.fetch(["octocat/Hello-World#1347"])
        findings = await hub.check()
    finally:
        await hub.close()
    assert [ticket.id for ticket in found] == ["octocat/Hello-World#1347"]
    assert "octocat/Hello-World: its issues can be read" in [one.text for one in findings]


@pytest.mark.asyncio
async def test_the_mock_does_refuse_what_the_contract_does_not_have(prism: str, tmp_path: Path) -> None:
    hub = source(prism, tmp_path)
    try:
        with pytest.raises(SourceError, match="422"):
            await hub.client.get("repos/octocat/Hello-World/issues", list[Any], {"state": "bogus"})
    finally:
        await hub.close()
