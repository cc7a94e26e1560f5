"""The section `web`: where the service listens, and who may ask it for what."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from ipaddress import ip_address
from typing import get_args

from slamon.addresses import is_web_address
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Choice, Field, Schema, scalar
from slamon.rulefile.lists import MapOf, Named, OneOrMany
from slamon.rulefile.nodes import Node, Owner, Scalar, Spot
from slamon.rulefile.records import Key, Values
from slamon.rulefile.source import SourceFile
from slamon.rulefile.suggest import quoted
from slamon.secrets import Secret
from slamon.settings import Opened, Scope, Token, WebSettings
from slamon.settings_file.values import Leaf, Resolved, SecretText, Section, has_password

_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9_.-]{1,255})):([0-9]{1,5})")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_NOT_IN_A_LINK = re.compile(r"""[?#"<>\\^`{|}]""")
_SENDABLE = re.compile(r"[!-~]{16,}")  # in a header; shorter ones can be guessed from their hash
_ADD_TOKENS = 'add tokens: {prometheus: {scope: read, secret: "${file:PATH}"}}, or auth: none to let everybody read'


class Listen(Field[WebSettings]):
    """Host and port to listen on."""

    takes = "a host and a port, such as 127.0.0.1:8080"

    def read(self, node: Node, owner: Owner, report: Report) -> WebSettings:
        text = scalar(node, owner, report, self.takes).text
        found = _ADDRESS.fullmatch(text)
        if found is None or int(found[3]) > 65_535 or not (found[1] is None or _is_ip(found[1])):
            help = f"write 127.0.0.1:{text}" if text.isdecimal() else "write one such as 127.0.0.1:8080 or [::1]:8080"
            report.refuse(node, "bad-address", f"{quoted(text)} is not {self.takes}", help)
        return WebSettings(found[1] or found[2], int(found[3]))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_ADDRESS.pattern}$", "examples": ["127.0.0.1:8080"]}


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def read_listen(text: str) -> WebSettings | str:
    """Where on this machine a text says to listen, or what is wrong with it."""
    report = Report()
    node = Scalar(SourceFile("", text), 0, len(text), text, False)
    try:
        found = Listen().read(node, node, report)
    except Refused:
        return "; ".join(f"{found.message}; {found.help}" for found in report.diagnostics)
    if found.is_local:
        return found
    return (
        f"{quoted(found.host)} is beyond this machine, where nobody is asked for a token; write 127.0.0.1:{found.port}"
    )


class WebAddress(Field[str]):
    """An address of this service for people, without a slash at its end."""

    takes = "a web address, such as https://slamon.example"

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        text = scalar(node, owner, report, self.takes).text
        if has_password(node):
            message = "a password in it would stand in every message"
            report.refuse(node, "bad-address", message, "write it without what stands before @")
        if not is_web_address(text) or _NOT_IN_A_LINK.search(text):
            help = f"write https://{text}" if _NAME.fullmatch(text) else "write one such as https://slamon.example"
            report.refuse(node, "bad-address", f"{quoted(text)} is not {self.takes}", help)
        return text.rstrip("/")

    def schema(self) -> Schema:
        return {"type": "string", "pattern": "^https?://[^?#]+$"}


class _TokenSecret(SecretText):
    """A secret that comes in a header and is kept as a hash."""

    def read(self, node: Node, owner: Owner, report: Report) -> Secret:
        secret = super().read(node, owner, report)
        if not _SENDABLE.fullmatch(secret.reveal()):
            message = "a token is 16 or more letters, digits and signs, without a space"
            report.refuse(
                Spot(node.file, node.start, node.end), "weak-secret", message, "make one with: openssl rand -hex 32"
            )
        return secret


LISTEN = Key("listen", Leaf(Listen()), "Where /metrics, /healthz and the API are served.", default="127.0.0.1:8080")
URL = Key("url", Leaf(WebAddress()), "Where people reach it, for links in messages.")
SCOPE = Key("scope", Leaf(Choice[Scope](*get_args(Scope))), "What the bearer may do.", required=True, example="read")
SECRET = Key("secret", _TokenSecret(), "What he says; kept as a hash only.", required=True)
_TOKEN = Section("a map with scope and secret", (SCOPE, SECRET))
TOKENS = Key("tokens", MapOf(_TOKEN, "a map of tokens by name"), "Who may ask for what.")
OPEN = Key(
    "open",
    OneOrMany(Leaf(Choice[Opened](*get_args(Opened))), empty=True),
    "What asks for no token.",
    default="[health]",
)
AUTH = Key("auth", Leaf(Choice("none")), "`none` lets everybody read who reaches it, without a token.")
SECTION = Section("a map with listen", (LISTEN, URL, TOKENS, OPEN, AUTH))


def check_web(values: Values | None, report: Report) -> None:
    """What the keys of the section must keep to together."""
    if values is None:
        return
    for one in values.get(TOKENS) or ():
        if not _NAME.fullmatch(one.name):
            help = "use letters, digits, _, . and - only, as in prometheus"
            report.error(one.key, "bad-name", f"{quoted(one.name)} cannot be the name of a token", help)
    _check_secrets(values.get(TOKENS) or (), report)
    listen = values.get(LISTEN)
    if listen is not None and not (listen.is_local or _says_who(values)):
        _refuse_open_door(listen, values.at(LISTEN), report)


def _says_who(values: Values) -> bool:
    """Whether it is said who may ask, however brokenly."""
    return bool(values.get(TOKENS)) or TOKENS.name in values.broken or values.given(AUTH)


def _refuse_open_door(listen: WebSettings, node: Node, report: Report) -> None:
    shown = node.shown if isinstance(node, Resolved) else quoted(listen.host)
    message = f"listening on {shown}, beyond this machine, needs tokens"
    report.error(Spot(node.file, node.start, node.end), "needs-tokens", message, _ADD_TOKENS)


def _check_secrets(tokens: tuple[Named[Values | None], ...], report: Report) -> None:
    """Of two tokens with one secret nobody could tell who asks."""
    first: dict[bytes, str] = {}
    for one in tokens:
        secret = one.value.get(SECRET) if one.value is not None else None
        if one.value is None or secret is None:
            continue
        other = first.setdefault(_hash(secret), one.name)
        if other != one.name:
            node = one.value.at(SECRET)
            message = f"the secret of {quoted(one.name)} is that of {quoted(other)} too"
            report.error(Spot(node.file, node.start, node.end), "same-secret", message, "give each its own")


def web_settings(values: Values | None) -> WebSettings:
    """The settings of a section that is sound, or absent."""
    if values is None:
        return WebSettings()
    opened = values.get(OPEN)
    return replace(
        values.get(LISTEN) or WebSettings(),
        url=values.get(URL),
        tokens=tuple(_token(one.name, one.value) for one in values.get(TOKENS) or () if one.value is not None),
        open=WebSettings().open if opened is None else frozenset(one.value for one in opened),
        auth_none=values.get(AUTH) is not None,
    )


def _token(name: str, values: Values) -> Token:
    return Token(name, values.get(SCOPE) or "read", _hash(values.get(SECRET) or Secret("")))


def _hash(secret: Secret) -> bytes:
    return hashlib.sha256(secret.reveal().encode("utf-8", "surrogatepass")).digest()
