"""Addresses: what can be asked or posted to, what only this machine reaches, and how they are written."""

from __future__ import annotations

import pytest

from slamon.addresses import host_and_port, is_loopback, is_web_address


@pytest.mark.parametrize(
    "text",
    [
        "http://a",
        "https://a.example:8443/b?c=d#e",
        "http://[::1]:80/",
        "https://user:word@a/",
        "https://büro.example/é",
    ],
)
def test_a_web_address_has_a_host(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "a.example", "ftp://a", "http://", "http:///b", "http://a:0", "http://a:70000", "http://a:b", "http://[::1",
     "http://a/b c", "http://a/\n", "http://a/\x00", " http://a"],
)  # fmt: skip
def test_what_cannot_be_asked_is_none(text: str) -> None:
    assert not is_web_address(text)


@pytest.mark.parametrize(
    ("host", "is_it"),
    [("localhost", True), ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("localhost.example", False), ("", False)],
)  # fmt: skip
def test_only_a_loopback_is_this_machine_alone(host: str, is_it: bool) -> None:
    assert is_loopback(host) is is_it


def test_an_address_of_version_6_stands_in_brackets() -> None:
    assert host_and_port("::1", 80) == "[::1]:80"
    assert host_and_port("localhost", 80) == "localhost:80"
