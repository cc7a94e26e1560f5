"""The local socket: private, replaced if nobody listens on it, and a door to everything."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import aiohttp
import pytest

from slamon.web.local import MOST_BYTES, NoLocalSocket, listen
from tests.web.build import desk


@pytest.mark.asyncio
async def test_who_comes_by_the_local_socket_may_do_everything(tmp_path: Path) -> None:
    path = tmp_path / "slamon.sock"
    async with desk(tmp_path, socket=path) as server:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        connector = aiohttp.UnixConnector(str(path))
        async with aiohttp.ClientSession(connector=connector) as session:
            body = json.dumps({"ticket": "1", "by": "anna"})
            async with session.post("http://local/api/acks", data=body) as answer:
                assert answer.status == 201
            async with session.get("http://local/metrics") as answer:
                assert answer.status == 200
        assert server.denied == []
    assert not path.exists()


@pytest.mark.asyncio
async def test_a_socket_that_a_killed_process_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "slamon.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    async with (
        desk(tmp_path, socket=path),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as session,
        session.get("http://local/livez") as answer,
    ):
        assert answer.status == 200


def test_a_socket_that_is_listened_on_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "slamon.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(
            NoLocalSocket, match=r"another process listens on .*: stop it, or set another storage\.path"
        ):
            listen(path)
    assert path.exists()


def test_what_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "slamon.sock"
    path.write_text("mine")
    with pytest.raises(NoLocalSocket, match="is in the way of the local socket: move it"):
        listen(path)
    assert path.read_text() == "mine"


def test_a_path_that_is_too_long_comes_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / ("x" * MOST_BYTES) / "slamon.sock"
    with pytest.raises(
        NoLocalSocket, match=r"is too long for a socket: set storage\.path to one shorter than 103 bytes"
    ):
        listen(path)


def test_a_folder_that_is_not_there_comes_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(NoLocalSocket, match="cannot be made: No such file or directory; let this user write in"):
        listen(tmp_path / "no" / "slamon.sock")
