"""Values that must never be shown: they print as <secret> wherever they end up."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import NoReturn
from urllib.parse import quote, quote_plus

_SHOWN = "<secret>"
_SHORTEST_SIGNING = 24  # bytes
_SHORTEST = 4  # shorter ones would make holes in every text, and hide nothing


class Secret:
    """A text that shows as <secret>; `reveal()` gives it to whoever really has to send it.

    Not a str, so that joining, formatting, encoding or pickling it by mistake cannot let it out.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return _SHOWN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(_SHOWN, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """In constant time."""
        return isinstance(other, Secret) and hmac.compare_digest(_bytes(self._value), _bytes(other._value))

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def check_signing(key: str, secret: Secret) -> None:
    """ValueError unless it can be the secret of a signature as Standard Webhooks has it."""
    try:
        raw = base64.b64decode(secret.reveal().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) < _SHORTEST_SIGNING:
        what = f"this is no signing secret of {_SHORTEST_SIGNING} bytes or more"
        raise ValueError(f"{key}: {what}: write whsec_ and its base64")


def scrub(text: str, *secrets: Secret | None) -> str:
    """The text without the secrets, in any of the forms in which a peer may quote them back."""
    forms = {form for secret in secrets if secret for form in _forms(secret.reveal())}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, _SHOWN)
    return text


def _forms(value: str) -> set[str]:
    plain = _bytes(value)
    encoded = base64.b64encode(plain).decode().rstrip("=")
    forms = {value, repr(value)[1:-1], quote(plain), quote(plain, safe=""), quote_plus(plain), encoded}
    return {form for form in forms if len(form) >= _SHORTEST}


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
