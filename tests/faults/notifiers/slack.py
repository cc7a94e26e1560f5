"""Slack says no, in each of its ways."""

from __future__ import annotations

import json

from slamon.notifiers.http import Answer
from tests.faults.notifiers.lives import names
from tests.faults.notifiers.row import BREACHES, rules
from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.world import World
from tests.faults.row import Guard, Off
from tests.faults.world import same
from tests.sources.http_server import Request, answer, data

ROWS = Rows("slack")
WARNED = ("12:30:00 desk: WARNING: 1: first response is due in 30 min",)
_NOT_TO_DESK = "could not be delivered to desk"
_GONE = "(channel_not_found): the channel of the webhook does not exist any more"
_ARCHIVED = "(is_archived): the channel of the webhook is archived"
_NEW_ONE = "the webhook is not valid any more: create a new one in Slack"
_REVOKED = (f"403 (invalid_auth): {_NEW_ONE}", f"403 (token_revoked): {_NEW_ONE}", f"404 (no_service): {_NEW_ONE}")
BROKEN = ("13:00:00 desk: BREACHED: 1: first response is overdue",)


def _by_status(answer: Answer) -> bool:
    return answer.status == 200


@ROWS.add(
    "Slack: 200 with a body that is not ok",
    "A login page of a proxy is no success: it is told once, and the message is sent again until Slack says ok",
    Guard("`slack_errors.accepted`: the body counts", Off("slamon.notifiers.slack_errors.accepted", _by_status)),
    ("12:34:15 desk: WARNING: 1: first response is due in 30 min", *BROKEN),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    page = answer(200, "<!DOCTYPE html><html>Log in</html>", "Content-Type: text/html")
    world.fails("12:30", "12:33", page)
    await world.open()
    await world.until("13:10")
    same("times that it was told", len(world.told_of("is there a proxy or a login page")), 1)


@ROWS.add(
    "Slack: 429 with Retry-After",
    "Nothing at all is sent before the wait is over; what comes due meanwhile becomes one message",
    Guard("`Pace.asked`", Off("slamon.flow.pace.Pace.asked", lambda self, now, pause: None)),
    (
        "13:02:01 desk: BREACHED: 1: first response is overdue",
        "13:02:02 desk: BREACHED: 11 promises are broken · all",
    ),
    rules=BREACHES,
    told=("breached",),
)
async def _(world: World) -> None:
    for number in names(12):
        world.ticket(number, f"12:00:{int(number):02}")
    world.fails("13:00", "13:02:01", answer(429, "rate_limited", "Retry-After: 120"))
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["13:00:01", "13:02:01", "13:02:02"])


@ROWS.add(
    "Slack: 429 without Retry-After",
    "A pause all the same, longer each time, for all that waits",
    Guard("`Courier._failed`: a pause of our own", Off("slamon.flow.courier._UNNAMED_WAIT", 0)),
    (
        "13:02:01 desk: BREACHED: 11 promises are broken · all",
        "13:02:02 desk: BREACHED: 1: first response is overdue",
    ),
    rules=BREACHES,
    told=("breached",),
)
async def _(world: World) -> None:
    for number in names(12):
        world.ticket(number, f"12:00:{int(number):02}")
    world.fails("13:00", "13:02", answer(429, "rate_limited"))
    await world.open()
    await world.until("13:10")
    pauses = ["13:00:01", *(f"13:00:{second}1" for second in range(1, 6)), "13:01:01", "13:01:21"]
    same("tries", world.desk.tries, [*pauses, "13:02:01", "13:02:02"])


def _one_by_one(world: World, *said: bytes) -> None:
    """Each message about a ticket gets the answer of that number, for ever."""

    def refused(request: Request) -> bytes:
        number = json.loads(request.body)["text"].split(": ")[1]
        return said[int(number) - 1]

    world.fails("12:00", "14:00", refused)


def _refusal(word: str) -> bytes:
    return data({"ok": False, "error": word})


@ROWS.add(
    "Slack: the channel is gone (channel_not_found, is_archived)",
    "Not tried again; each message goes to the fallback once, with the reason; each reason is told once",
    Guard("`slack_errors._ERRORS`", Off("slamon.notifiers.slack_errors._ERRORS", {})),
    tuple(
        f"13:0{number}:00 pager: {number}: first response is overdue [{_NOT_TO_DESK}: Slack answered 200 {why}]"
        for number, why in enumerate((_GONE, _GONE, _ARCHIVED, _ARCHIVED), 1)
    ),
    told=("breached",),
    rules=rules("{when: breached, notify: desk}"),
)
async def _(world: World) -> None:
    for number in names(4):
        world.ticket(number, f"12:0{number}")
    _one_by_one(world, *map(_refusal, ("channel_not_found", "channel_not_found", "is_archived", "is_archived")))
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["13:01:00", "13:02:00", "13:03:00", "13:04:00"])
    same(
        "told",
        world.told_of("Slack answered"),
        [f"no_recipient: Slack answered 200 {why}" for why in (_GONE, _ARCHIVED)],
    )


@ROWS.add(
    "Slack: the webhook is revoked (invalid_auth, token_revoked, no_service)",
    "Not tried again; each message goes to the fallback once, with the reason; each reason is told once",
    Guard("`Courier._copy`", Off("slamon.flow.courier.Courier._copy", lambda self, notification, ending, error: None)),
    tuple(
        f"13:0{number}:00 pager: {number}: first response is overdue [{_NOT_TO_DESK}: Slack answered {why}]"
        for number, why in enumerate(_REVOKED, 1)
    ),
    told=("breached",),
    rules=rules("{when: breached, notify: desk}"),
)
async def _(world: World) -> None:
    for number in names(3):
        world.ticket(number, f"12:0{number}")
    _one_by_one(world, answer(403, "invalid_auth"), answer(403, "token_revoked"), answer(404, "no_service"))
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["13:01:00", "13:02:00", "13:03:00"])
    same("told", world.told_of("Slack answered"), [f"unauthorized: Slack answered {why}" for why in _REVOKED])


@ROWS.add(
    "Slack: invalid_blocks and msg_too_long",
    "The same message goes as plain text, at once and once",
    Guard(
        "`slack_errors.wants_plain_text`", Off("slamon.notifiers.slack_errors.wants_plain_text", lambda answer: False)
    ),
    (
        "12:20:00 desk: MET: 2: first response was met (plain)",
        "12:30:00 desk: WARNING: 1: first response is due in 30 min (plain)",
        "13:00:00 desk: BREACHED: 1: first response is overdue (plain)",
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:01", "12:20")

    def refused(request: Request) -> bytes:
        has_blocks = b'"blocks"' in request.body
        word = "msg_too_long" if b": 2: " in request.body else "invalid_blocks"
        return answer(400, word) if has_blocks else world.desk.usual

    world.fails("12:00", "14:00", refused)
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["12:20:00", "12:20:00", "12:30:00", "12:30:00", "13:00:00", "13:00:00"])


@ROWS.add(
    "Slack: burst of 5xx",
    "After five failures in a row one probe at a time, ever more seldom; the other notifier has every alert in time",
    Guard("`Pace.failed`", Off("slamon.flow.pace.Pace.failed", lambda self, now: None)),
    (
        *(f"13:0{number}:00 pager: {number}: first response is overdue" for number in range(1, 9)),
        "13:12:00 desk: BREACHED: 2: first response is overdue",
        "13:12:01 desk: BREACHED: 1: first response is overdue",
        "13:12:02 desk: BREACHED: 6 promises are broken · all",
    ),
    rules=rules("{when: breached, notify: [desk, pager]}"),
    told=("breached",),
)
async def _(world: World) -> None:
    for number in names(8):
        world.ticket(number, f"12:0{number}")
    world.fails("13:00", "13:09", answer(503, "service_unavailable"))
    await world.open()
    await world.until("13:30")
    at_first = ["13:01:00", "13:01:01", "13:01:03", "13:01:07", "13:01:15"]
    probes = ["13:01:31", "13:02:00", "13:02:20", "13:03:00", "13:04:20", "13:07:00"]
    same("tries", world.desk.tries, [*at_first, *probes, "13:12:00", "13:12:01", "13:12:02"])
