"""Who may ask an endpoint for what."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from slamon.settings import Opened, Scope, Token, WebSettings
from slamon.web.problems import Problem

Lapse = Literal["no_token", "unknown_token", "scope"]  # why somebody was not let in: the label of a metric

_RANK: dict[Scope, int] = {"read": 0, "act": 1, "admin": 2}
_BEARER = re.compile(r"bearer +([!-~]+) *", re.IGNORECASE)
_SEND = "send the header Authorization: Bearer TOKEN, with the secret of a token of web.tokens in slamon.yml"
_MAKE = "add one to web.tokens in slamon.yml, or use the slamon command on the machine where it runs"


@dataclass(frozen=True, slots=True)
class Need:
    """What an endpoint asks for: a token of a scope, unless `opened` is among what is open."""

    scope: Scope
    opened: Opened | None = None


@dataclass(frozen=True, slots=True)
class Denial:
    """Why somebody is not let in. `challenge` is the value of WWW-Authenticate."""

    status: int
    lapse: Lapse
    problem: Problem
    challenge: str


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what at one listener. Every token is compared, so that the time tells nothing."""

    tokens: tuple[Token, ...] = ()
    open: frozenset[Opened] = frozenset({"health"})
    reads_freely: bool = False
    trusted: bool = False  # whoever comes here may do everything: the local socket

    @classmethod
    def of(cls, settings: WebSettings) -> Access:
        """That of the address to listen on. Without tokens, only whoever is on this machine reads without one."""
        freely = settings.auth_none or (settings.is_local and not settings.tokens)
        return cls(settings.tokens, settings.open, freely)

    def denial(self, need: Need, authorization: Sequence[str]) -> Denial | None:
        """Why a request with these Authorization headers is not let in; None if it is."""
        if self.trusted or need.opened in self.open or (need.scope == "read" and self.reads_freely):
            return None
        if not authorization:
            return self._unknown("no_token", f"this needs a token of scope {need.scope}", need)
        token = self._token(authorization)
        if token is None:
            return self._unknown("unknown_token", "this token is not known here", need)
        if _RANK[token.scope] < _RANK[need.scope]:
            return _not_enough(token, need)
        return None

    def _token(self, authorization: Sequence[str]) -> Token | None:
        found = _BEARER.fullmatch(authorization[0]) if len(authorization) == 1 else None
        given = hashlib.sha256(found[1].encode() if found else b"").digest()
        equal = [token for token in self.tokens if hmac.compare_digest(token.hash, given)]
        return equal[0] if found and equal else None

    def _unknown(self, lapse: Lapse, message: str, need: Need) -> Denial:
        can_be_had = any(_RANK[token.scope] >= _RANK[need.scope] for token in self.tokens)
        help = _SEND if can_be_had else f"there is no token of scope {need.scope} yet: {_MAKE}"
        error = ', error="invalid_token"' if lapse == "unknown_token" else ""
        return Denial(401, lapse, Problem(message, help), f'Bearer realm="slamon"{error}')


def _not_enough(token: Token, need: Need) -> Denial:
    message = f"this needs scope {need.scope}, and the token {token.name} has scope {token.scope}"
    help = f"send a token of scope {need.scope}, or change its scope in web.tokens of slamon.yml"
    challenge = f'Bearer realm="slamon", error="insufficient_scope", scope="{need.scope}"'
    return Denial(403, "scope", Problem(message, help), challenge)
