"""Who pushed it: signatures as Standard Webhooks has them, by its own library; the clock is the service's."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence

from standardwebhooks import Webhook

from slamon.core.instants import MINUTE, SECOND, Instant, Span, to_datetime
from slamon.ports import Refused
from slamon.secrets import Secret

WINDOW: Span = 5 * MINUTE
_ID = re.compile(r"[!-~]{1,200}")
_STAMP = re.compile(r"[1-9][0-9]{0,10}", re.ASCII)
_MOST_SIGNATURES = 10


def admit(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes, now: Instant) -> str:
    """The id of a push that was signed with one of the secrets within the last minutes; Refused (401) otherwise."""
    id, stamp, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (_ID.fullmatch(id) and _STAMP.fullmatch(stamp) and given):
        raise Refused(401, "webhook-id, webhook-timestamp and webhook-signature must be given, each once")
    signed_at = int(stamp) * SECOND
    if abs(now - signed_at) > WINDOW:
        raise Refused(401, "webhook-timestamp is more than five minutes from the time here")
    candidates = [one.encode("utf-8", "replace") for one in given.split(" ")[:_MOST_SIGNATURES]]
    wanted = [_signature(secret, id, signed_at, body) for secret in secrets]
    # Every pair is compared, whichever fits: how long it takes tells nothing.
    if sum(hmac.compare_digest(one, other) for one in candidates for other in wanted) == 0:
        raise Refused(401, "webhook-signature is not that of this body")
    return id


def _signature(secret: Secret, id: str, signed_at: Instant, body: bytes) -> bytes:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refused(401, "the body is not UTF-8, which no signature can be of") from None
    return Webhook(secret.reveal()).sign(id, to_datetime(signed_at), text).encode()
