"""The keys that all sources over HTTP have."""

from __future__ import annotations

from typing import Any

import pytest

from slamon.secrets import Secret
from slamon.sources.http import HttpSettings, Network


@pytest.mark.parametrize("url", ["https://desk.example", "http://127.0.0.1:3180/redmine/", "https://[::1]:8443"])
def test_an_address_may_have_a_port_and_a_path(url: str) -> None:
    assert HttpSettings(url=url).url == url


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"url": "desk.example"}, "url: this is not the address of a server: write one such as https://desk.example"),
        ({"url": ""}, "url: this is not"),
        ({"url": "ftp://desk.example"}, "url: this is not"),
        ({"url": "https://"}, "url: this is not"),
        ({"url": "https://desk.example:http"}, "url: this is not"),
        ({"url": "https://[::1"}, "url: this is not"),
        ({"url": "https://me:pass@desk.example"}, "url: it holds more than an address"),
        ({"url": "https://desk.example/?key=pass"}, "url: it holds more than an address"),
        (
            {"status": {"Odd": "waiting"}},
            "status: 'Odd' cannot mean 'waiting': write one of cancelled, closed,",
        ),
        ({"since": -1}, "since: -1 is negative: write 30d"),
        ({"network": Network(proxy=Secret("pass:3128"))}, "network: this is not the address of a proxy"),
    ],
)
def test_what_can_never_work_is_refused_without_showing_a_password(keys: dict[str, Any], what: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        HttpSettings(**{"url": "https://desk.example"} | keys)
    assert str(caught.value).startswith(what)
    assert "pass" not in str(caught.value)
