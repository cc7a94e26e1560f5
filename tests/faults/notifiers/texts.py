"""Text that strangers wrote, and text that must never be shown."""

from __future__ import annotations

from slamon.notifiers import http
from slamon.ports import Reason, SendError
from tests.faults.notifiers.receivers import Lost
from tests.faults.notifiers.row import rules
from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.slack import BROKEN, WARNED
from tests.faults.notifiers.world import World
from tests.faults.row import Guard, Off
from tests.faults.world import same

ROWS = Rows("slack")
BREACH = rules("{when: breached, notify: desk}")


@ROWS.add(
    "e-mail: a subject that would add a header",
    "The alert comes; whatever is decoded of it, there is no other header and no other recipient",
    Guard(
        "`email_format.header_text`",
        Off("slamon.notifiers.email_format.header_text", lambda text, limit=200: text),
    ),
    ("13:00:00 desk <a>: BREACHED: 1 “a Bcc: v@x.test = ?utf-8?q?b=0d=0aBcc:v@x.test?=”: first response is overdue",),
    kind="email",
    rules=BREACH,
    told=(),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00", subject="a\r\nBcc: v@x.test =?utf-8?q?b=0d=0aBcc:v@x.test?=")
    await world.open()
    await world.until("13:30")
    [mail] = world.desk.taken
    head = mail.body.partition(b"\r\n\r\n")[0].lower()
    same("headers", [line for line in head.split(b"\r\n") if line.startswith(b"bcc")], [])


@ROWS.add(
    "Slack: a subject that would mention everybody",
    "The alert comes with the very text, and mentions nobody",
    Guard("`slack_blocks.escape`", Off("slamon.notifiers.slack_blocks.escape", lambda text: text)),
    ("13:00:00 desk: BREACHED: 1 “&lt;!channel&gt; &lt;@U1&gt;”: first response is overdue",),
    rules=BREACH,
    told=(),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00", subject="<!channel> <@U1>")
    await world.open()
    await world.until("13:30")


def _in_its_words(error: Exception, progress: http.Progress) -> SendError:
    return SendError(Reason.UNREACHABLE, f"{error!r}", unknown=progress.sent)


@ROWS.add(
    "an answer that is not HTTP",
    "It may have been taken, so the very same is sent again; the address, which is the key, shows in no log",
    Guard("`http._failure`: in our own words", Off("slamon.notifiers.http._failure", _in_its_words)),
    (*WARNED, *BROKEN),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.fails("12:30", "12:30:01", lambda request: Lost(b"what?\r\n\r\n"))
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["12:30:00", "12:30:01", "13:00:00"])
