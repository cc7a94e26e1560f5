"""What kinds that post to servers of the user's have in common: addresses and headers as they are configured."""

from __future__ import annotations

import re
from collections.abc import Mapping

from slamon.secrets import Secret

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{0,4000}")
_OURS = re.compile("content-.*|host|transfer-encoding|connection|user-agent|webhook-.*", re.IGNORECASE)


def check_headers(key: str, headers: Mapping[str, Secret]) -> None:
    """ValueError unless they can be sent beside our own."""
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{key}: {name[:60]!r} is not the name of a header: write Authorization")
        if _OURS.fullmatch(name):
            raise ValueError(f"{key}: {name} is set by slamon itself: leave it out")
        if not _VALUE.fullmatch(value.reveal()):
            raise ValueError(f"{key}: the value of {name} is not one line of ASCII: write it so")
