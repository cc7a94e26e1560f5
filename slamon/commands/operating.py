"""The words of the commands by which slamon is set up and kept in order."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from slamon.commands.options import CONFIG, EXISTING

_NEW = click.Path(path_type=Path)


@click.command()
@click.argument("directory", type=_NEW, default=Path("."), metavar="[DIR]")
@click.option("--source", metavar="KIND", help="What kind of system the tickets are in.")
@click.option("--url", help="Where it is; short for --set source.url=URL.")
@click.option("--notifier", "notifiers", multiple=True, metavar="KIND", help="Who is told; may be repeated.")
@click.option(
    "--set", "settings", multiple=True, metavar="PART.KEY=VALUE", help="A key of source, of a notifier, or of web, …"
)
@click.option("--time-zone", metavar="ZONE", help="Such as Europe/Berlin [default: this machine's].")
@click.option("--hours", multiple=True, metavar="HOURS", help='Such as "mon-fri 09:00-17:00" or 24x7; may be repeated.')
@click.option("--holidays", metavar="COUNTRY", help="Public holidays, such as DE or DE-BE [default: none].")
@click.option("--first-response", metavar="30m", help="How soon somebody answers; none: no such promise.")
@click.option("--resolution", metavar="8h", help="How soon it is solved; none: no such promise.")
def init(
    directory: Path,
    source: str | None,
    url: str | None,
    notifiers: tuple[str, ...],
    settings: tuple[str, ...],
    time_zone: str | None,
    hours: tuple[str, ...],
    holidays: str | None,
    first_response: str | None,
    resolution: str | None,
) -> None:
    """Write slamon.yml, rules and rule tests to begin with; at a terminal, what is not given is asked for.

    Secrets are not: they stay where the settings look for them, in variables or files. Nothing is overwritten.
    """
    from slamon.commands.init import init as command
    from slamon.commands.init_flags import Given

    given = Given(source, url, notifiers, settings, time_zone, hours, holidays, first_response, resolution)
    sys.exit(command(directory, given))


@click.command()
@click.option("--seconds", type=click.FloatRange(1, 300), default=20, show_default=True, help="For each check.")
@CONFIG
def doctor(config: Path, seconds: float) -> None:
    """Say what may keep slamon from its work, and what to do about it: a line for each check.

    Files, clock, disk, database, port, and every source and notifier; nothing is sent, nothing is changed.
    """
    from slamon.commands.doctor import doctor as command

    sys.exit(command(config, seconds))


@click.command()
@click.argument("file", type=click.Path(path_type=str))  # as typed: a slash at its end means a directory
@CONFIG
def backup(file: str, config: Path) -> None:
    """Write the state into FILE, whole and checked, while the service runs; into a directory, named by the time."""
    from slamon.commands.backup import backup as command

    sys.exit(command(config, file))


@click.command()
@click.argument("file", type=EXISTING)
@CONFIG
def restore(file: Path, config: Path) -> None:
    """Put a backup in the place of the database. The service must be stopped; what was there is kept aside."""
    from slamon.commands.backup import restore as command

    sys.exit(command(config, file))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands and options: eval "$(slamon completion bash)"."""
    from slamon.commands.completion import completion as command

    sys.exit(command(shell, context.find_root().command))


COMMANDS = (init, doctor, backup, restore, completion)
