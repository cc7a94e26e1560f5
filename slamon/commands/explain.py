"""slamon explain: why a ticket is judged as it is."""

from __future__ import annotations

import os
import sys
from datetime import tzinfo
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from slamon.commands.call import address_of
from slamon.commands.exits import Exit
from slamon.commands.explain_json import as_json
from slamon.commands.explain_text import as_text
from slamon.commands.explain_tickets import Found, NotToBeHad, from_file, from_local_service, from_service
from slamon.commands.reading import Unusable, instant_of
from slamon.commands.say import complain
from slamon.core.explain import explain as explained
from slamon.core.instants import Instant
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.rulefile import load_rules
from slamon.rulefile.render import render
from slamon.rulefile.suggest import visible
from slamon.settings import socket_beside


def explain(
    ticket_id: str,
    rules: Path | None,
    tickets: Path | None,
    at: str | None,
    config: Path,
    format: str,
    zone: str | None,
) -> Exit:
    """Print the explanation of a ticket from a file, or from the running service if no file is given."""
    try:
        instant, shown_in = instant_of(at), _zone(zone)
        if rules is not None and tickets is not None:
            read, found = _rules(rules), from_file(tickets, ticket_id)
        elif rules is None and tickets is None:
            read, found, shown_in = _from_service(config, ticket_id, shown_in)
        else:
            raise Unusable("give both --rules and --tickets to explain from files, or neither to ask the service")
        _must_be_found(found, ticket_id)
    except NotToBeHad as mistake:
        complain(str(mistake))
        return Exit.CANNOT_RUN if mistake.here else Exit.UNUSABLE
    except Unusable as mistake:
        if str(mistake):
            complain(str(mistake))
        return Exit.UNUSABLE
    _print(Judge(read), found, instant, format, shown_in)
    return Exit.FINE


def _print(judge: Judge, found: Found, at: Instant, format: str, zone: tzinfo | None) -> None:
    explanations = [explained(judge, ticket, at, zone) for ticket in found.tickets]
    if format == "json":
        text = "".join(as_json(one).decode() + "\n" for one in explanations)
    else:
        text = "\n".join(as_text(one, zone) for one in explanations)
    sys.stdout.write(text)
    sys.stdout.flush()


def _rules(path: Path) -> Rules:
    loaded = load_rules(path, routes=False)
    if loaded.diagnostics:
        complain(loaded.render().rstrip("\n"))
    if loaded.rules is None:
        raise Unusable
    return loaded.rules


def _from_service(config: Path, ticket_id: str, zone: tzinfo | None) -> tuple[Rules, Found, tzinfo | None]:
    """The rules that the settings name, the ticket as the service keeps it, and the zone to show times in.

    Whatever else is wrong with the settings, such as a secret that this user does not have, is no concern of it.
    """
    from slamon.settings_file import read_settings  # pulls in every kind of source and notifier

    read = read_settings(config, os.environ)
    if read.rules is None or read.storage is None:
        complain(render(read.diagnostics, read.left_out).rstrip("\n"))
        raise Unusable
    rules, zone = _rules(read.rules), zone or read.zone
    if read.settings is None or socket_beside(read.storage).is_socket():
        return rules, from_local_service(config, ticket_id), zone
    web = read.settings.web
    return rules, from_service(address_of(web.host, web.port), ticket_id), zone


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        near = get_close_matches(name, available_timezones(), n=1)
        help = f"did you mean {near[0]}?" if near else "write one such as Europe/Berlin"
        raise Unusable(f"--zone: {name!r} is not a time zone; {help}") from None


def _must_be_found(found: Found, ticket_id: str) -> None:
    if found.bad_lines:
        complain(f"{found.bad_lines} lines are not tickets and were passed over: slamon evaluate names them")
    if not found.tickets:
        help = f"; did you mean {visible(' or '.join(found.nearest))}?" if found.nearest else ""
        raise Unusable(f"there is no ticket with the id {ticket_id!r}{help}")
