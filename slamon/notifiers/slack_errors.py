"""What Slack's answers mean: which of them are a success, and whether trying again can help for the others."""

from __future__ import annotations

import re

import msgspec

from slamon.notifiers.http import Answer
from slamon.notifiers.text import one_line
from slamon.ports import Reason, SendError

_REVOKED = (Reason.UNAUTHORIZED, True, "the webhook is not valid any more: create a new one in Slack")
_FORBIDDEN = (Reason.UNAUTHORIZED, True, "the workspace does not let this webhook post there: ask its administrators")
_BAD = (Reason.REJECTED, True, "Slack cannot take a message like this")
_BROKEN = (Reason.SERVER_ERROR, False, "Slack failed")
_LIMITED = (Reason.RATE_LIMITED, False, "too many messages")

# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors
_ERRORS: dict[str, tuple[Reason, bool, str]] = {
    **dict.fromkeys(("invalid_token", "no_service", "no_service_id", "no_team", "team_disabled"), _REVOKED),
    **dict.fromkeys(("no_active_hooks", "invalid_auth", "token_revoked", "account_inactive"), _REVOKED),
    **dict.fromkeys(("action_prohibited", "posting_to_general_channel_denied"), _FORBIDDEN),
    **dict.fromkeys(("invalid_payload", "no_text", "too_many_attachments"), _BAD),
    **dict.fromkeys(("invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"), _BAD),
    **dict.fromkeys(("rollup_error", "internal_error", "fatal_error", "service_unavailable"), _BROKEN),
    **dict.fromkeys(("rate_limited", "ratelimited", "message_limit_exceeded"), _LIMITED),
    "channel_not_found": (Reason.NO_RECIPIENT, True, "the channel of the webhook does not exist any more"),
    "channel_is_archived": (Reason.NO_RECIPIENT, True, "the channel of the webhook is archived"),
    "is_archived": (Reason.NO_RECIPIENT, True, "the channel of the webhook is archived"),
    "user_not_found": (Reason.NO_RECIPIENT, True, "the user of the webhook does not exist any more"),
}
_STATUSES: dict[int, tuple[Reason, bool, str]] = {
    401: _REVOKED,
    403: _FORBIDDEN,
    404: (Reason.NO_RECIPIENT, True, "there is no such webhook"),
    408: (Reason.TIMEOUT, False, "the request took Slack too long"),
    410: (Reason.NO_RECIPIENT, True, "the channel or the webhook is gone"),
    429: _LIMITED,
    # Moved for good: the address is wrong. Other redirects are somebody on the way, and may pass.
    301: (Reason.REJECTED, True, "it sends us elsewhere, which is not followed: write the webhook as Slack shows it"),
    308: (Reason.REJECTED, True, "it sends us elsewhere, which is not followed: write the webhook as Slack shows it"),
}
_TOO_FINE = {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}


def accepted(answer: Answer) -> bool:
    """200 alone says nothing: the body must be ok, and that be all of it."""
    return answer.status == 200 and answer.body in {"ok", "ok\n", "ok\r\n"}


def wants_plain_text(answer: Answer) -> bool:
    """Whether the layout was refused, so that the same message without it may be taken."""
    return answer.status != 429 and _word(answer.body) in _TOO_FINE


def failure(answer: Answer) -> SendError:
    """What went wrong, for an answer that is not a success."""
    word = _word(answer.body)
    # A busy or broken server may say anything: there the status counts.
    known = None if answer.status == 429 or answer.status >= 500 else _ERRORS.get(word)
    reason, permanent, meaning = known or _STATUSES.get(answer.status) or _by_class(answer.status)
    said = f" ({word})" if word in _ERRORS else ""
    return SendError(
        reason,
        f"Slack answered {answer.status}{said}: {meaning}",
        permanent=permanent,
        retry_after=answer.retry_after,
    )


def _by_class(status: int) -> tuple[Reason, bool, str]:
    if 400 <= status < 500:
        return _BAD
    if status >= 500:
        return _BROKEN
    return Reason.SERVER_ERROR, False, "that is not an answer of Slack's; is there a proxy or a login page on the way?"


def _word(body: str) -> str:
    """The error code in a body: bare, or as `error` of a JSON object; empty if there is none."""
    if body.lstrip().startswith("{"):
        try:
            body = str(msgspec.json.decode(body, type=dict[str, object]).get("error", ""))
        except (msgspec.MsgspecError, RecursionError):
            return ""
    word = one_line(body, 60)
    return word if re.fullmatch("[a-z_]+", word) else ""
