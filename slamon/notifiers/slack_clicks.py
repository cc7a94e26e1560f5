"""What Slack posts as somebody clicks the button under a message: a form that holds JSON, signed by the app's secret.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec

from slamon.core.instants import MINUTE, SECOND, Instant, Span
from slamon.core.message import Message
from slamon.core.monitoring import SOURCE as OURSELVES
from slamon.notifiers.text import one_line
from slamon.ports import Click, Refused
from slamon.secrets import Secret

ACTION = "slamon-acknowledge"
WINDOW: Span = 5 * MINUTE
_STAMP = re.compile(r"[1-9][0-9]{0,10}", re.ASCII)
_MOST_VALUE = 2_000  # characters, by Slack
_About = tuple[str, str, str, int]  # source, ticket, target and cycle


class _Action(msgspec.Struct):
    action_id: str = ""
    value: str = ""


class _User(msgspec.Struct):
    id: str
    username: str | None = None
    name: str | None = None


class _Payload(msgspec.Struct):
    user: _User
    actions: list[_Action]
    response_url: str | None = None


def value(message: Message) -> str | None:
    """What the button of a message says when it is clicked; None: there is nothing in it to take care of."""
    if message.tone not in ("warning", "breach") or message.update or len(message.covers) != 1:
        return None
    [one] = message.covers
    text = msgspec.json.encode((one.source, one.ticket, one.target, one.cycle)).decode()
    return text if one.source != OURSELVES and len(text) <= _MOST_VALUE else None


def clicked(secret: Secret, headers: Mapping[str, str], body: bytes, now: Instant) -> Click:
    """Who takes care of what; Refused, unless the app signed it within the last minutes and the button is ours."""
    _admit(secret, headers, body, now)
    try:
        [text] = parse_qs(body.decode(), strict_parsing=True)["payload"]
        payload = msgspec.json.decode(text, type=_Payload)
        [about] = [one.value for one in payload.actions if one.action_id == ACTION]
        source, ticket, target, cycle = msgspec.json.decode(about, type=_About)
    except (ValueError, KeyError):  # of msgspec too
        raise Refused(400, "this is no click on a button of slamon") from None
    user = payload.user
    by = one_line(user.username or user.name or user.id, 100)
    return Click(source, ticket, target, cycle, by, payload.response_url)


def _admit(secret: Secret, headers: Mapping[str, str], body: bytes, now: Instant) -> None:
    stamp, given = (headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
    if not (_STAMP.fullmatch(stamp) and given):
        raise Refused(401, "X-Slack-Request-Timestamp and X-Slack-Signature must be given, each once")
    if abs(now - int(stamp) * SECOND) > WINDOW:
        raise Refused(401, "X-Slack-Request-Timestamp is more than five minutes from the time here")
    signed = b"v0:%s:%s" % (stamp.encode(), body)
    wanted = f"v0={hmac.new(secret.reveal().encode(), signed, hashlib.sha256).hexdigest()}"
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
        raise Refused(401, "X-Slack-Signature is not that of this body: is signing_secret that of the app?")
