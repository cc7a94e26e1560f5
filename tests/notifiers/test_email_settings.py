from __future__ import annotations

import re
import traceback
from typing import Any

import pytest

from slamon.notifiers.email import EmailNotifier
from slamon.secrets import Secret
from tests.notifiers.mailing import CANARY, settings


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"host": ""}, "host: '' is not the name of a host: write smtp.example.com"),
        ({"host": "a b"}, "host: 'a b' is not the name of a host: write smtp.example.com"),
        ({"tls": "ssl"}, "tls: 'ssl' is none of none, starttls, implicit"),
        ({"port": 0}, "port: 0 is not between 1 and 65535: write 25"),
        ({"port": 70_000}, "port: 70000 is not between 1 and 65535: write 25"),
        ({"timeout": -1}, "timeout: -1 is not between 0 and 300 seconds: write 30s"),
        ({"user": "slamon"}, "user: write user and password together, or leave out both"),
        ({"password": Secret(CANARY)}, "user: write user and password together, or leave out both"),
        ({"sender": "slamon"}, "from: 'slamon' is not an e-mail address: write lead@example.com"),
        ({"to": ("a@example.com\nBcc: b@x",)}, "to: 'a@example.com Bcc: b@x' is not an e-mail address"),
        ({"to": ("a@example.com, b@example.com",)}, "to: 'a@example.com, b@example.com' is not an e-mail address"),
        ({"to": ("m\u00fcller@example.com",)}, "to: 'm\u00fcller@example.com' is not an e-mail address"),
        (
            {"host": "smtp.example", "user": "slamon", "password": Secret(CANARY)},
            "tls: none would send the password in the clear: write starttls or implicit",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}") as caught:
        settings(**{"port": 25} | changes)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(("tls", "port"), [("none", 25), ("starttls", 587), ("implicit", 465)])
def test_the_port_follows_from_the_encryption(tls: Any, port: int) -> None:
    assert settings(None, tls=tls).port == port


def test_settings_do_not_show_the_password() -> None:
    made = settings(25, user="slamon", password=Secret(CANARY))
    assert CANARY not in f"{made!r} {EmailNotifier('mail', made)!r}"
