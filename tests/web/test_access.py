"""Who may ask for what, over real connections: with which token, and without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slamon.settings import WebSettings
from slamon.web.access import Access, Need
from tests.web.build import ACT, ADMIN, READ, TOKENS, desk, token

OPEN = ("/livez", "/readyz", "/healthz")
READING = ("/metrics", "/api/status", "/api/silences", "/api/acks?ticket=1", "/api/plan")
ACK = json.dumps({"ticket": "1", "by": "anna"}).encode()


@pytest.mark.asyncio
async def test_health_asks_for_no_token_and_reading_asks_for_one_of_any_scope(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        assert [(await server.ask("GET", path))[0] for path in OPEN] == [200] * len(OPEN)
        for path in READING:
            assert (await server.ask("GET", path))[0] == 401, path
            for secret in (READ, ACT, ADMIN):
                assert (await server.ask("GET", path, secret))[0] == 200, path
        assert set(server.denied) == {"no_token"}


@pytest.mark.asyncio
async def test_acting_asks_for_the_scope_act_and_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, text, headers = await server.ask("POST", "/api/acks", READ, ACK)
        assert (status, json.loads(text)) == (
            403,
            {
                "errors": [
                    {
                        "message": "this needs scope act, and the token prometheus has scope read",
                        "help": "send a token of scope act, or change its scope in web.tokens of slamon.yml",
                    }
                ]
            },
        )
        assert headers["WWW-Authenticate"] == 'Bearer realm="slamon", error="insufficient_scope", scope="act"'
        assert [(await server.ask("POST", "/api/acks", secret, ACK))[0] for secret in (ACT, ADMIN)] == [201, 201]
        assert server.denied == ["scope"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer  ", "Basic cmVhZA==", "Bearer wrong-token-0123456789", f"Bearer {READ} x", f"Bearer {READ[:-1]}",
     f"Bearer {TOKENS[0].hash.hex()}", "Bearer \xe4\xf6"],
)  # fmt: skip
async def test_a_token_that_is_none_is_refused_and_never_shown(header: str, tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, text, headers = await server.ask("GET", "/metrics", Authorization=header)
        assert status == 401
        assert json.loads(text)["errors"][0]["message"] == "this token is not known here"
        assert headers["WWW-Authenticate"] == 'Bearer realm="slamon", error="invalid_token"'
        assert "0123456789" not in text + str(headers)
        assert server.denied == ["unknown_token"]


@pytest.mark.asyncio
async def test_what_is_open_asks_for_no_token(tmp_path: Path) -> None:
    async with desk(tmp_path, WebSettings(tokens=TOKENS, open=frozenset({"metrics"}))) as server:
        assert (await server.ask("GET", "/metrics"))[0] == 200
        assert (await server.ask("GET", "/api/status"))[0] == 401
    async with desk(tmp_path, WebSettings(tokens=TOKENS, open=frozenset({"api"}))) as server:
        assert (await server.ask("GET", "/api/status"))[0] == 200
        assert (await server.ask("GET", "/metrics"))[0] == 401
        assert (await server.ask("POST", "/api/acks", body=ACK))[0] == 401


@pytest.mark.asyncio
@pytest.mark.parametrize("web", [WebSettings(), WebSettings(auth_none=True)])
async def test_without_tokens_everybody_who_comes_reads_and_nobody_acts(web: WebSettings, tmp_path: Path) -> None:
    async with desk(tmp_path, web) as server:
        assert [(await server.ask("GET", path))[0] for path in READING] == [200] * len(READING)
        status, text, headers = await server.ask("POST", "/api/acks", body=ACK)
        assert status == 401
        assert json.loads(text)["errors"][0]["help"] == (
            "there is no token of scope act yet: add one to web.tokens in slamon.yml, "
            "or use the slamon command on the machine where it runs"
        )
        assert headers["WWW-Authenticate"] == 'Bearer realm="slamon"'


def test_beyond_this_machine_nobody_reads_without_a_token_unless_it_is_spelt_out() -> None:
    need = Need("read", "api")
    assert Access.of(WebSettings("0.0.0.0", 80)).denial(need, []) is not None
    assert Access.of(WebSettings("0.0.0.0", 80, auth_none=True)).denial(need, []) is None
    assert Access.of(WebSettings("localhost", 80)).denial(need, []) is None
    assert Access.of(WebSettings("localhost", 80, tokens=TOKENS)).denial(need, []) is not None


def test_two_authorization_headers_are_as_none() -> None:
    access = Access((token("a", "admin", ADMIN),))
    assert access.denial(Need("act"), [f"Bearer {ADMIN}"]) is None
    assert access.denial(Need("act"), [f"bearer   {ADMIN} "]) is None
    assert access.denial(Need("act"), [f"Bearer {ADMIN}"] * 2) is not None


@pytest.mark.asyncio
async def test_who_is_not_let_in_is_not_listened_to(tmp_path: Path) -> None:
    async with desk(tmp_path) as server:
        status, _, headers = await server.ask("POST", "/api/silences", body=b"x" * 1_000_000)
        assert (status, headers["Connection"]) == (401, "close")
