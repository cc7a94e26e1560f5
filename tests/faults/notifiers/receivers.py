"""Those who are told, as servers on loopback: what arrived at them, and what they really took."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from slamon.core.instants import Instant
from tests.clock import ManualTime
from tests.faults.clock import shown
from tests.faults.notifiers.lives import News
from tests.faults.peer import Peer
from tests.faults.redmine import PASS
from tests.sources.http_server import Request, answer

_TOLD = re.compile(r"(\S+): first response (is due in|is overdue|was met|was missed)")
_PORT = re.compile(r"127\.0\.0\.1:\d+, ")
_WORDS = {"is due in": "warning", "is overdue": "breached", "was met": "met", "was missed": "breached"}


@dataclass(frozen=True)
class Lost:
    """It is taken, but what is said does not say so: None, nothing is said and the connection is cut."""

    said: Any = None


@dataclass(frozen=True)
class Arrival:
    """Something that arrived. `id` is equal for what is repeated, and so must `body` be; `told`: of which tickets what.

    `taken`: it will be shown to people. `lost`: whoever sent it cannot know.
    """

    at: Instant
    id: str
    title: str
    told: frozenset[News]
    body: bytes
    text: str
    taken: bool
    lost: bool = False
    to: str = ""


class Receiver:
    """`arrivals` is all that came, in its order. A fault is asked first what to say."""

    def __init__(self, name: str, time: ManualTime) -> None:
        self.name = name
        self.time = time
        self.arrivals: list[Arrival] = []
        self.fault: Callable[[Any], Any] = lambda request: PASS
        self.peer: Peer

    @property
    def taken(self) -> list[Arrival]:
        return [one for one in self.arrivals if one.taken]

    @property
    def lines(self) -> list[str]:
        """What was taken, as TIME NAME TITLE; what came twice stands once."""
        firsts = {(one.id, one.to): one for one in reversed(self.taken)}
        who = self.name
        return [f"{shown(one.at)} {who}{one.to and f' <{one.to}>'}: {one.title}" for one in firsts.values()]

    @property
    def tries(self) -> list[str]:
        """When something arrived, taken or not."""
        return [shown(one.at) for one in self.arrivals]

    def text(self, title: str) -> str:
        """All that the first message with such a title said; empty if there is none."""
        return next((one.text for one in self.taken if title in one.title), "")

    def repeats(self) -> dict[str, list[Arrival]]:
        """What was taken more than once, by its id and recipients."""
        found: dict[str, list[Arrival]] = {}
        for one in self.taken:
            found.setdefault(f"{one.id} {one.to}", []).append(one)
        return {key: several for key, several in found.items() if len(several) > 1}


class HttpReceiver(Receiver):
    """A server that answers like the others of its kind, unless a fault says something else."""

    def __init__(self, name: str, time: ManualTime, usual: bytes, read: Callable[[Request], dict[str, Any]]) -> None:
        super().__init__(name, time)
        self.usual = usual
        self._read = read
        self.peer = Peer(self._script)

    def _script(self, request: Request) -> Any:
        said = self.fault(request)
        lost = isinstance(said, Lost)
        taken = lost or said is PASS or said == self.usual
        self.arrivals.append(Arrival(self.time.now(), **self._read(request), taken=taken, lost=lost))
        if said is PASS:
            return self.usual
        return said.said if isinstance(said, Lost) else said


def news(text: str) -> frozenset[News]:
    """What a text for people tells of which tickets."""
    return frozenset((ticket, _WORDS[words]) for ticket, words in _TOLD.findall(text))


def read_slack(request: Request) -> dict[str, Any]:
    """What stands in Slack: the text, and whatever the blocks show."""
    said = json.loads(request.body)
    shown_texts = [said["text"], *_texts(said.get("blocks", []))]
    id = said["blocks"][0]["block_id"] if "blocks" in said else sha256(request.body).hexdigest()
    text = "\n".join(shown_texts)
    plain = "" if "blocks" in said else " (plain)"
    title = said["text"].splitlines()[0] + plain
    return {"id": id, "title": title, "told": news(text), "body": request.body, "text": text}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return [*own, *(text for one in value.values() for text in _texts(one))]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def read_webhook(request: Request) -> dict[str, Any]:
    """What a program reads of a webhook."""
    data = json.loads(request.body)["data"]
    told = frozenset((one["ticket"], one["moment"].partition(" ")[0]) for one in data["covers"])
    footer = "" if data["footer"] is None else f" [{_PORT.sub('', data['footer'])}]"
    id = request.headers["webhook-id"]
    title = f"{data['title']}{footer}"
    return {"id": id, "title": title, "told": told, "body": request.body, "text": request.body.decode()}


def slack(name: str, time: ManualTime) -> HttpReceiver:
    return HttpReceiver(name, time, answer(200, "ok"), read_slack)


def webhook(name: str, time: ManualTime) -> HttpReceiver:
    return HttpReceiver(name, time, answer(200), read_webhook)
