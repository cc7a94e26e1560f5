"""The account is refused, or sent elsewhere."""

from __future__ import annotations

from typing import Any

from slamon.core.instants import MINUTE
from slamon.sources.http.reach import open_session
from tests.faults.peer import Peer
from tests.faults.row import Guard, Off
from tests.faults.rows import Rows
from tests.faults.sources.usual import USUAL, answered
from tests.faults.world import World, same
from tests.sources.http_server import Request, answer

ROWS = Rows()
# Where the account is refused from 12:10 to 12:40, and asked again at 12:45; ticket 2 was answered at 12:12.
REFUSED = (
    "12:30:00 1: first response is due in 30 min",
    "12:31:00 2: first response is due in 30 min",
    "12:45:00 2: first response was met",
    "12:52:00 3: first response is due in 30 min",
    "13:00:00 1: first response is overdue",
    "13:22:00 3: first response is overdue",
)


async def _no_account(self: Any) -> None:
    return None


@ROWS.add(
    "401: the key is revoked, and issues seem not to be there",
    "Nothing counts as deleted; alerts go on from the last known state; told once, with what to do",
    Guard("`RedmineSource._account`", Off("slamon.sources.redmine.RedmineSource._account", _no_account)),
    REFUSED,
)
async def _(world: World) -> None:
    world.desk.usual()
    world.reconciles = True

    def revoked(request: Request) -> Any:
        """As Redmine does it: the list shows what is public."""
        if request.path == "/issues.json":
            return world.desk.data({"issues": [], "total_count": 0})
        return answer(401) if request.path == "/users/current.json" else answer(404)

    answered(world, "12:10", "12:40", revoked)
    await world.open()
    await world.until("13:30")
    world.check_told("refused the account: 401; is the key right")
    same("source_up", world.up[1:6], [True, False, False, False, True])


@ROWS.add(
    "401 that lasts",
    "Asked again after five minutes, then less and less, as accounts are locked for trying; told once",
    Guard("`Patience.after_refusal`", Off("slamon.flow.patience.Patience.after_refusal", lambda self: 0.0)),
    REFUSED,
    every=MINUTE,
)
async def _(world: World) -> None:
    world.desk.usual()
    answered(world, "12:10", "12:40", lambda request: answer(401))
    await world.open()
    await world.until("13:30")
    tried = [one for one in world.times("/users/current.json") if "12:10:00" <= one <= "12:45:00"]
    same("asked at", tried, ["12:10:00", "12:15:00", "12:25:00", "12:45:00"])
    world.check_told("refused the account: 401; is the key right")


class _Following:
    """A session that follows redirects, as the library does unless it is told not to."""

    def __init__(self, session: Any) -> None:
        self.request = lambda *given, **keys: session.request(*given, **keys | {"allow_redirects": True})
        self.close = session.close


@ROWS.add(
    "redirect to another server",
    "It is not followed and the key goes nowhere; told once, with where it leads; alerts go on",
    Guard(
        "`Client._send`: allow_redirects=False",
        Off("slamon.sources.http.client.open_session", lambda tls, access: _Following(open_session(tls, access))),
    ),
    (
        "12:25:00 2: first response was met",
        *USUAL[1:],
    ),
)
async def _(world: World) -> None:
    world.desk.usual()
    seen: list[Request] = []

    def other(request: Request) -> bytes:
        seen.append(request)
        return bytes(world.desk.answer(request))

    elsewhere = Peer(other)
    await elsewhere.start()
    try:
        to = f"Location: http://127.0.0.1:{elsewhere.port}"
        answered(world, "12:10", "12:25", lambda request: answer(302, "", f"{to}{request.target}"))
        await world.open()
        await world.until("12:25")
        same("requests elsewhere", [one.headers.get("x-redmine-api-key") for one in seen], [])
        await world.until("13:30")
    finally:
        await elsewhere.stop()
    world.check_told("users/current.json is redirected to 'http://127.0.0.1:")
    same("source_up", world.up[2:5], [False, False, True])
