"""The beginning, the end, and the configuration."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch

from aiohttp import web

from slamon.store import database
from tests.e2e.process import ServiceProcess, free_port, until
from tests.faults.process.hook import Posted
from tests.web.faulty import FILE, Place, fault


@fault("a reload failed")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    (place.folder / "rules.yml").write_text("version: 1\npolicys: []\n")
    await place.slamon.reload()
    await until(lambda: any(one["event"].startswith("reload failed") for one in place.slamon.logs), what="it is said")
    yield


@fault("at the start the configuration cannot be used")
async def _(place: Place) -> AsyncIterator[None]:
    await place.prepare()
    place.settings({**FILE, "kind": "fil"})
    assert await _ends(ServiceProcess(place.folder)) == 2
    yield


@fault("still starting: the database is brought to a new version")
async def _(place: Place) -> AsyncIterator[None]:
    await place.prepare()
    begun, goes_on, whole = threading.Event(), threading.Event(), database._migrate

    def slow(*given: Any) -> None:
        begun.set()
        goes_on.wait()
        whole(*given)

    with patch("slamon.store.database._migrate", slow):
        await place.slamon.start()
        try:
            assert await asyncio.to_thread(begun.wait, 20)
            yield
        finally:
            goes_on.set()


@fault("still starting: a source is read for the first time")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    await place.slamon.stop()
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def desk(_: web.Request) -> web.Response:
        asked.set()
        await goes_on.wait()
        return web.json_response({"tickets": []})

    place.hook.desk = desk
    place.settings(_served(place))
    await place.slamon.start()
    try:
        await asked.wait()
        await until(lambda: place.says(503), what="/readyz answers")
        yield
    finally:
        goes_on.set()


def _served(place: Place) -> dict[str, Any]:
    """A source whose tickets a server has."""
    listed = {"path": "tickets", "parameters": {"updated_since": "{since}"}, "items": "tickets"}
    mapped = {"path": "tickets/{id}", "created_at": "created", "updated_at": "created", "author": {"login": "author"}}
    url = f"http://127.0.0.1:{place.hook.port}/desk"
    return {"kind": "rest", "url": url, "token": "a token", "list": listed, "ticket": mapped}


@fault("shutting down: a message is sent to its end")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def waits(_: Posted) -> int:
        asked.set()
        await goes_on.wait()
        return 200

    place.hook.answers = waits
    place.write("1")
    while not asked.is_set():
        await place.says(200)
        await place.pass_(1)
    place.slamon.service.stop()
    await until(lambda: place.says(0), what="nobody listens any more")
    try:
        assert place.slamon.is_running
        yield
    finally:
        goes_on.set()


@fault("another process has the database")
async def _(place: Place) -> AsyncIterator[None]:
    await place.begin()
    (place.folder / "slamon.sock").unlink()  # else the first one answers there
    place.port = free_port()
    place.settings(FILE)
    second = ServiceProcess(place.folder)
    assert await _ends(second) == 3
    assert f"slamon.db is in use by process {os.getpid()}; stop it" in second.log
    yield


@fault("another program has the port")
async def _(place: Place) -> AsyncIterator[None]:
    await place.prepare()
    place.port = place.hook.port
    place.settings(FILE)
    service = ServiceProcess(place.folder)
    assert await _ends(service) == 3
    assert f"127.0.0.1:{place.port} is in use: stop what listens there" in service.log
    yield


async def _ends(service: ServiceProcess) -> int:
    """The status with which it ends by itself."""
    try:
        await service.start()
        return await service.ended()
    finally:
        await service.kill()
