"""How a JSON API is asked, and what cannot be told of it."""

from __future__ import annotations

from slamon.secrets import Secret
from slamon.sources.http import Usual, basic_auth
from slamon.sources.rest_settings import RestSettings


def usual(settings: RestSettings) -> Usual:
    """By the configuration."""
    headers: dict[str, Secret | str] = {name: Secret(value) for name, value in settings.headers.items()}
    if settings.token:
        headers["Authorization"] = Secret(f"Bearer {settings.token.reveal()}")
    if settings.user is not None and settings.password:
        headers |= basic_auth(settings.user, settings.password)
    cannot_tell = []
    if settings.messages is None:
        cannot_tell.append("no messages are mapped: nobody is ever seen to answer")
    if settings.changes is None:
        cannot_tell.append("no changes are mapped: they are seen from poll to poll, as uncertain as that is")
    remedy = "are token, user, password and headers right, and may the account read the tickets?"
    secrets = (settings.password,) if settings.password else ()
    return Usual(headers, remedy, {}, {}, tuple(cannot_tell), secrets=secrets, ids=("message.", "change."))
