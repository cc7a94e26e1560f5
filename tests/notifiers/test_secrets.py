from __future__ import annotations

import copy
import pickle
from base64 import b64encode
from urllib.parse import quote

import msgspec
import pytest

from slamon.secrets import Secret, scrub

CANARY = "c4n\u00e4ry/+ \\secret"


def test_a_secret_shows_nowhere_by_accident() -> None:
    secret = Secret(CANARY)
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>20}", f"{[secret]}", "%s %r" % (secret, secret)]  # noqa: UP031
    assert all("<secret>" in text and CANARY not in text for text in shown)
    assert secret.reveal() == CANARY


@pytest.mark.parametrize(
    "write", [pickle.dumps, copy.deepcopy, msgspec.json.encode], ids=["pickle", "deepcopy", "json"]
)
def test_a_secret_cannot_be_written_anywhere(write: object) -> None:
    with pytest.raises(TypeError) as caught:
        write(Secret(CANARY))  # type: ignore[operator]
    assert CANARY not in str(caught.value)


def test_secrets_are_equal_by_their_text_alone() -> None:
    assert Secret(CANARY) == Secret(CANARY)
    assert len({Secret(CANARY), Secret(CANARY), Secret("other")}) == 2
    assert Secret("a") != "a"
    assert Secret("\ud800") == Secret("\ud800")
    assert not Secret("")


@pytest.mark.parametrize(
    "form",
    [CANARY, repr(CANARY), quote(CANARY), quote(CANARY, safe=""), b64encode(CANARY.encode()).decode()],
)
def test_a_secret_is_scrubbed_in_every_form_in_which_a_peer_may_quote_it(form: str) -> None:
    assert "<secret>" in scrub(f"535 not {form}.", Secret(CANARY), None)
    assert "c4n" not in scrub(f"535 not {form}.", Secret(CANARY), None)


def test_a_secret_of_a_few_letters_does_not_make_holes_in_every_text() -> None:
    assert scrub("an answer", Secret("a"), Secret("")) == "an answer"
