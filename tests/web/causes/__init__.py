"""How each fault comes about that the page about endpoints has a row for: in the running service, by real means."""

from __future__ import annotations

from tests.web.causes import kept, life, outside, parts

__all__ = ["kept", "life", "outside", "parts"]
