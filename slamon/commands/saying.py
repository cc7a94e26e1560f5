"""The words of the commands by which people say something about alerts, or ask who would be told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from slamon.commands.options import CONFIG, EXISTING, service

_BY = click.option("--by", required=True, metavar="NAME", help="Who says so.")


@click.command()
@click.argument("ticket", required=False)
@click.option("--source", help="The source of the ticket, where several have one of that id.")
@click.option("--target", help="Only this target of it [default: all].")
@click.option("--until", metavar="2h|INSTANT", help="How long it holds [default: for good].")
@click.option("--by", metavar="NAME", help="Who says so; needed without --list.")
@click.option("--list", "listed", is_flag=True, help="Show who has acknowledged it, or without TICKET any open one.")
@click.option("--format", type=click.Choice(["text", "json"]), help="How --list shows it [default: text].")
@service
def ack(
    ticket: str | None,
    source: str | None,
    target: str | None,
    until: str | None,
    by: str | None,
    listed: bool,
    format: Literal["text", "json"] | None,
    config: Path,
    url: str | None,
    token: str | None,
) -> None:
    """Acknowledge the alerts of a ticket: somebody takes care of it, and steps with `after` are dropped."""
    from slamon.commands.ack import ack as command
    from slamon.commands.ack import show
    from slamon.commands.call import Where

    where = Where(config, url, token)
    if listed:
        if (target, until, by) != (None, None, None):
            raise click.UsageError("--list goes with TICKET, --source and --format only")
        sys.exit(show(where, ticket, source, format or "text"))
    if ticket is None or by is None or format is not None:
        raise click.UsageError("write TICKET --by NAME, or --list to see what is acknowledged")
    sys.exit(command(where, ticket, source, target, until, by))


@click.group()
def silence() -> None:
    """Have nobody told of what matches, for a while."""


@silence.command("add")
@click.option("--match", "matches", multiple=True, required=True, metavar="FIELD=VALUE", help="What; may be repeated.")
@click.option("--for", "span", metavar="2h", help="How long.")
@click.option("--until", metavar="INSTANT", help="Up to when.")
@_BY
@click.option("--comment", default="", help="Why.")
@service
def silence_add(
    matches: tuple[str, ...],
    span: str | None,
    until: str | None,
    by: str,
    comment: str,
    config: Path,
    url: str | None,
    token: str | None,
) -> None:
    """Begin a silence, and print its id.

    All --match must hold: FIELD=VALUE (of a field that comes twice, either value), JSON as match: of a route takes it,
    or all.
    """
    from slamon.commands.call import Where
    from slamon.commands.silence import add

    if (span is None) == (until is None):
        raise click.UsageError("say how long: give either --for 2h or --until INSTANT")
    how_long = ("--until", until) if span is None else ("--for", span)
    sys.exit(add(Where(config, url, token), matches, how_long, by, comment))


@silence.command("list")
@service
def silence_list(config: Path, url: str | None, token: str | None) -> None:
    """Show the silences that are not over."""
    from slamon.commands.call import Where
    from slamon.commands.silence import show

    sys.exit(show(Where(config, url, token)))


@silence.command("remove")
@click.argument("id")
@service
def silence_remove(id: str, config: Path, url: str | None, token: str | None) -> None:
    """End a silence before its time."""
    from slamon.commands.call import Where
    from slamon.commands.silence import remove

    sys.exit(remove(Where(config, url, token), id))


@click.command()
@click.option("--at", metavar="INSTANT", help="Look ahead from this instant [default: now].")
@click.option("--for", "span", metavar="DURATION", default="1d", show_default=True, help="How far to look.")
@click.option("--ticket", metavar="ID", help="Only this ticket [default: all that are open].")
@click.option("--rules", type=EXISTING, help="Rules to plan by, with --tickets.")
@click.option("--tickets", type=EXISTING, help="The file with histories [default: ask the running service].")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@service
def plan(
    at: str | None,
    span: str,
    ticket: str | None,
    rules: Path | None,
    tickets: Path | None,
    format: Literal["text", "json"],
    config: Path,
    url: str | None,
    token: str | None,
) -> None:
    """Show who would be told what, when, and by which line of which file, if nothing happened."""
    from slamon.commands.call import Where
    from slamon.commands.plan import Asked
    from slamon.commands.plan import plan as command

    sys.exit(command(Asked(at, span, ticket, format), rules, tickets, Where(config, url, token)))


@click.group()
def notify() -> None:
    """Try a notifier out."""


@notify.command("test")
@click.argument("name")
@click.option("--to", metavar="ADDRESS", help="To this address [default: the notifier's own recipients].")
@CONFIG
def notify_test(name: str, to: str | None, config: Path) -> None:
    """Send a message that is clearly marked as a test through the notifier NAME of the settings."""
    from slamon.commands.notify import send_test

    sys.exit(send_test(config, name, to))


COMMANDS = (ack, silence, plan, notify)
