"""Directories at a server: a real one on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from slamon.directories import Surroundings, load
from slamon.directories.rest import RestSettings
from slamon.ports import SourceError
from slamon.secrets import Secret
from tests.clock import ManualTime
from tests.sources.http_server import Script, answer, by_path, data, serving


async def read(script: Script, key: str = "name", **keys: Any) -> tuple[Mapping[str, Any], list[dict[str, str]]]:
    """What the directory holds, and the headers it was asked with."""
    async with serving(script) as server:
        settings = RestSettings(url=f"{server.url}/customers?per_page=2", **keys)
        source = load("rest").directory("crm", settings, Surroundings(Path(), ManualTime(), key))
        try:
            return await source.read(), [one.headers for one in server.requests]
        finally:
            await source.close()


@pytest.mark.asyncio
async def test_the_entries_of_all_pages_are_read_with_the_token() -> None:
    def script(request: Any) -> bytes:
        if request.query.get("page") == "2":
            return data([{"name": "Core", "contract": {"tier": "none"}}])
        assert request.query == {"per_page": "2"}
        return data([{"name": "Acme"}, {"name": "Bolt"}], 'Link: </customers?per_page=2&page=2>; rel="next"')

    found, headers = await read(script, token=Secret("t0ken"))
    assert found == {
        "Acme": {"name": "Acme"},
        "Bolt": {"name": "Bolt"},
        "Core": {"name": "Core", "contract": {"tier": "none"}},
    }
    assert [one["authorization"] for one in headers] == ["Bearer t0ken"] * 2


@pytest.mark.asyncio
async def test_the_list_and_the_key_may_stand_deeper_in_the_answer() -> None:
    said = by_path({"/customers": data({"data": {"rows": [{"id": 7, "of": {"no": 12}}]}})})
    found, headers = await read(said, "of.no", items="data.rows", user="u", password=Secret("pass word"))
    assert found == {"12": {"id": 7, "of": {"no": 12}}}
    assert headers[0]["authorization"].startswith("Basic ")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "keys", "wrong"),
    [
        (data([]), {}, "127.0.0.1: there is no entry"),
        (data({"rows": []}), {}, "something else than a list of entries: check items, the name of the list in it"),
        (data({"rows": []}), {"items": "data"}, "something else than a list of entries: check items: data"),
        (data([{"name": "A"}, 5]), {}, "127.0.0.1, item 2 is no entry with attributes"),
        (data([{"name": "A"}, {"id": 5}]), {}, "127.0.0.1, item 2: name is empty"),
        (data([{"name": "A", "n": 1}, {"name": "A"}]), {}, "item 2: 'A' has another meaning at 127.0.0.1, item 1"),
        (answer(401), {}, "refused the account: 401; are token, or user and password, right"),
        (answer(200, "<html>log in"), {}, "answered with a web page instead of data"),
    ],
)
async def test_what_is_no_directory_is_told(said: bytes, keys: dict[str, str], wrong: str) -> None:
    with pytest.raises(SourceError) as refused:
        await read(by_path({"/customers": said}), **keys)
    assert wrong in str(refused.value)


@pytest.mark.parametrize(
    "url", ["crm.acme", "ftp://crm.example", "http://u:p@crm.example", "http://x:0/", "http://x/#a"]
)
def test_what_is_no_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValueError, match="url: this is no address") as refused:
        RestSettings(url=url)
    assert url not in str(refused.value)
