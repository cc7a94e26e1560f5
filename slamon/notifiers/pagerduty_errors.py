"""What PagerDuty's answers mean: whether trying again can help, and what it says is wrong."""

from __future__ import annotations

import re

import msgspec

from slamon.notifiers.http import Answer
from slamon.notifiers.text import one_line
from slamon.ports import Reason, SendError
from slamon.secrets import Secret, scrub

Meaning = tuple[Reason, bool, str]

_KEY = re.compile(r"routing[ _]?key|invalid key", re.IGNORECASE)
_UNKNOWN_KEY: Meaning = (Reason.UNAUTHORIZED, True, "it does not know this key: copy it from the integration again")
_BAD: Meaning = (Reason.REJECTED, True, "it cannot take an event like this")
_MOVED: Meaning = (Reason.REJECTED, True, "it sends us elsewhere, which is not followed: write the address as it shows")
_BROKEN: Meaning = (Reason.SERVER_ERROR, False, "it failed")
_OTHER: Meaning = (Reason.SERVER_ERROR, False, "no Events API answers so; is there a proxy or a login page on the way?")

# https://developer.pagerduty.com/docs/events-api-v2/overview/#response-codes--retry-logic
_STATUSES: dict[int, Meaning] = {
    **dict.fromkeys((401, 403, 407), _UNKNOWN_KEY),
    **dict.fromkeys((404, 410), (Reason.NO_RECIPIENT, True, "there is no Events API at this url")),
    **dict.fromkeys((301, 308), _MOVED),
    408: (Reason.TIMEOUT, False, "the request took it too long"),
    413: (Reason.REJECTED, True, "the event is larger than it takes"),
    429: (Reason.RATE_LIMITED, False, "too many events for this key"),
}


class _Body(msgspec.Struct):
    errors: list[str] = []


def failure(answer: Answer, key: Secret) -> SendError:
    """What went wrong, for an answer that is not a success; never the key, whatever the other side quotes."""
    reason, permanent, meaning = _meaning(answer)
    said = _said(answer, key)
    return SendError(
        reason,
        f"PagerDuty answered {answer.status}{f' ({said})' if said else ''}: {meaning}",
        permanent=permanent,
        retry_after=answer.retry_after,
    )


def _meaning(answer: Answer) -> Meaning:
    if answer.status == 400 and _KEY.search(answer.body):
        return _UNKNOWN_KEY
    if known := _STATUSES.get(answer.status):
        return known
    if 400 <= answer.status < 500:
        return _BAD
    return _BROKEN if answer.status >= 500 else _OTHER


def _said(answer: Answer, key: Secret) -> str:
    """What PagerDuty lists as wrong with an event; empty where it lists nothing, or somebody else answers."""
    if answer.status != 400:
        return ""
    try:
        found = msgspec.json.decode(answer.body, type=_Body)
    except (msgspec.MsgspecError, RecursionError):
        return ""
    return one_line(scrub(", ".join(found.errors), key), 120)
