"""A mail server that puts off, refuses, hangs up, or is stripped of its encryption on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from slamon.notifiers.smtp import Transaction
from slamon.ports import Reason, SendError
from slamon.secrets import Secret
from tests.faults.notifiers.receivers import Lost
from tests.faults.notifiers.row import rules
from tests.faults.notifiers.rows import Rows
from tests.faults.notifiers.settings import PASSWORD
from tests.faults.notifiers.world import World
from tests.faults.redmine import PASS
from tests.faults.row import Guard, Off
from tests.faults.sources.reach import certificates
from tests.faults.world import same

ROWS = Rows("email")
TO = ("a@x.test", "b@x.test", "c@x.test")


def to(address: str, said: str) -> Callable[[str], Any]:
    """What is said when somebody is named as a recipient."""
    return lambda command: said if command.startswith(f"RCPT TO:<{address}") else PASS


@ROWS.add(
    "SMTP: greylisted for minutes (450 for everybody)",
    "Put off is not refused: tried again, ever more seldom, until it is taken",
    Guard("`Refusal.permanent`: 5xx only", Off("slamon.notifiers.smtp.Refusal.permanent", property(lambda self: True))),
    (
        "12:38:31 desk <a, b, c>: WARNING: 1: first response is due in 30 min",
        "13:00:00 desk <a, b, c>: BREACHED: 1: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.fails("12:30", "12:36", to("", "450 4.2.0 greylisted, try again in five minutes"))
    await world.open(to=TO)
    await world.until("13:10")
    same("times that it was told", len(world.told_of("put off: a@x.test (450 4.2.0 greylisted")), 1)


def _all_of_them(self: Any, message: str, to: str | None = None) -> list[str]:
    return [to] if to else list(self._addresses)


@ROWS.add(
    "SMTP: one of three is put off",
    "The two others have it at once and once; it is tried again for that one alone",
    Guard("`Recipients.waiting`", Off("slamon.notifiers.email_recipients.Recipients.waiting", _all_of_them)),
    (
        "12:30:00 desk <a, c>: WARNING: 1: first response is due in 30 min",
        "12:31:03 desk <b>: WARNING: 1: first response is due in 30 min",
        "13:00:00 desk <a, b, c>: BREACHED: 1: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.fails("12:30", "12:31", to(TO[1], "451 4.7.1 later"))
    await world.open(to=TO)
    await world.until("13:10")
    same("told", world.told_of(""), ["server_error: put off: b@x.test (451 4.7.1 later); 2 of 3 have it"])


async def _all_or_nobody(self: Transaction, client: Any, address: str) -> None:
    await client.rcpt(address)
    self.accepted.append(address)


@ROWS.add(
    "SMTP: one of three is refused (550)",
    "The two others have every message at once and once; who is refused is told once, and again when he is taken",
    Guard("`Transaction._name`: each by himself", Off("slamon.notifiers.smtp.Transaction._name", _all_or_nobody)),
    (
        "12:30:00 desk <a, c>: WARNING: 1: first response is due in 30 min",
        "12:40:00 desk <a, c>: WARNING: 2: first response is due in 30 min",
        "12:50:00 desk <a, c>: MET: 2: first response was met",
        "13:00:00 desk <a, b, c>: BREACHED: 1: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:10", "12:50")
    world.fails("12:20", "12:55", to(TO[1], "550 5.1.1 no such user"))
    await world.open(to=TO)
    await world.until("13:10")
    refused = "recipients refused for good, while others are served: b@x.test (550 5.1.1 no such user)"
    same("told", [one["event"] for one in world.logs], [refused, "recipients taken again: b@x.test"])


async def _in_clear(self: Any, *given: Any, **keys: Any) -> None:
    return None


@ROWS.add(
    "SMTP: STARTTLS stripped on the way",
    "Nothing is sent in clear, neither password nor text; told once; sent as soon as there is encryption",
    Guard("`Transaction._greet`: STARTTLS or nothing", Off("slamon.notifiers.smtp.SMTP.starttls", _in_clear)),
    (
        "12:38:31 desk <a>: WARNING: 1: first response is due in 21 min 29 s",
        "13:00:00 desk <a>: BREACHED: 1: first response is overdue",
    ),
)
async def _(world: World) -> None:
    authority, contexts = certificates()
    authority.cert_pem.write_to_path(world.folder / "ca.pem")
    world.ticket("1", "12:00")
    world.desk.offers.append("AUTH PLAIN")
    login = {"user": "slamon", "password": Secret(PASSWORD)}
    await world.open(tls="starttls", ca_file=str(world.folder / "ca.pem"), **login)
    await world.until("12:35")
    world.desk.tls = contexts["right"]
    await world.until("13:10")
    beyond = [one for one in world.desk.clear if one.split()[0] not in ("EHLO", "STARTTLS", "QUIT")]
    same("sent in clear", beyond, [])
    same("times that it was told", len(world.told_of("the server does not offer STARTTLS, or somebody")), 1)


@ROWS.add(
    "SMTP: cut after the text was sent",
    "It may have been taken: the very same is sent again, with the same Message-ID, so that mail programs show one",
    Guard("`email_format._digest`: Message-ID", Off("slamon.notifiers.email_format._digest", lambda *_: uuid4().hex)),
    (
        "12:30:00 desk <a>: WARNING: 1: first response is due in 30 min",
        "13:00:00 desk <a>: BREACHED: 1: first response is overdue",
    ),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.fails("12:30", "12:30:01", lambda command: Lost() if command == "text" else PASS)
    await world.open()
    await world.until("13:10")
    same("tries", world.desk.tries, ["12:30:00", "12:30:01", "13:00:00"])


def _for_the_moment(self: Transaction, code: int, said: str) -> SendError:
    return SendError(Reason.SERVER_ERROR, f"{code} {said}")


@ROWS.add(
    "SMTP: the password is refused (535)",
    "Not tried again, as accounts are locked for trying: the fallback has it at once",
    Guard("`Transaction._answered`", Off("slamon.notifiers.smtp.Transaction._answered", _for_the_moment)),
    (
        "13:00:00 pager: 1: first response is overdue [could not be delivered to desk: logging in: 535 5.7.8 no]",
        "13:20:00 desk <a>: BREACHED: 2: first response is overdue",
    ),
    rules=rules("{when: breached, notify: desk}"),
    told=("breached",),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.ticket("2", "12:20")
    world.desk.offers.append("AUTH PLAIN")
    wrong = "535 5.7.8 no"
    world.fails("13:00", "13:10", lambda command: wrong if command.startswith("AUTH") else PASS)
    await world.open(user="slamon", password=Secret(PASSWORD))
    await world.until("13:30")
    same("logins", [one.split()[0] for one in world.desk.commands].count("AUTH"), 2)
    same("times that it was told", len(world.told_of("logging in: 535 5.7.8 no")), 1)


@ROWS.add(
    "SMTP: the server quotes the password when it refuses",
    "The password stands in no log, no error and no message to the fallback",
    Guard("`secrets.scrub`", Off("slamon.notifiers.smtp.scrub", lambda text, *secrets: text)),
    (
        "13:00:00 pager: 1: first response is overdue"
        " [could not be delivered to desk: logging in: 535 5.7.8 not with <secret>]",
    ),
    rules=rules("{when: breached, notify: desk}"),
    told=("breached",),
)
async def _(world: World) -> None:
    world.ticket("1", "12:00")
    world.desk.offers.append("AUTH PLAIN")
    wrong = f"535 5.7.8 not with {PASSWORD}"
    world.fails("13:00", "13:10", lambda command: wrong if command.startswith("AUTH") else PASS)
    await world.open(user="slamon", password=Secret(PASSWORD))
    await world.until("13:30")
    letters = await world.store.dead_letters(0, 9)
    assert PASSWORD not in f"{letters!r} {world.pager.text('1:')}", "the password was told"
