"""Slack's own library reads what is sent: its models know the limits of each block."""

from __future__ import annotations

import warnings
from typing import Any

import msgspec
import pytest

from slamon.core.message import Message
from slamon.notifiers.slack_blocks import encode, payload
from tests.notifiers.hostile import HOSTILE, covered, digest, message

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, HeaderBlock, SectionBlock
    from slack_sdk.models.messages.message import Message as SlackMessage


def check(of: Message, *, button: bool = False) -> None:
    """Parsed by the library, each block is one that it knows, keeps to its limits, and says the same again."""
    body: dict[str, Any] = msgspec.json.decode(encode(payload(of, button=button)))
    blocks = Block.parse_all(body["blocks"])
    assert len(blocks) == len(body["blocks"])
    assert {type(one) for one in blocks} <= {HeaderBlock, SectionBlock, ContextBlock, ActionsBlock}
    assert button is any(isinstance(one, ActionsBlock) for one in blocks)
    for parsed, sent in zip(blocks, body["blocks"], strict=True):
        parsed.validate_json()
        assert parsed.to_dict() == sent
    SlackMessage(text=body["text"], blocks=blocks).validate_json()


@pytest.mark.parametrize("name", HOSTILE)
def test_slacks_own_models_accept_every_message(name: str) -> None:
    text = HOSTILE[name]
    check(message(text))
    check(message(text, update=True, url=None))
    check(message(text, covers=(covered(text[:300]),)), button=True)
    check(digest(text, 3))
    check(digest(text[:20_000], 60, url=None))


def test_the_models_would_notice_a_limit_that_is_not_kept() -> None:
    from slack_sdk.errors import SlackObjectFormationError

    block = Block.parse({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}})
    assert isinstance(block, HeaderBlock)
    with pytest.raises(SlackObjectFormationError, match="150"):
        block.validate_json()
