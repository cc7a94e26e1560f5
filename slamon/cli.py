"""The command line: the words and options of commands, of which more stand in commands.operating and commands.saying.

What a command does stands in slamon.commands, and is imported only by the command that is called.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from slamon import __version__
from slamon.commands import outlets
from slamon.commands.exits import Exit
from slamon.commands.operating import COMMANDS as OPERATING
from slamon.commands.options import CONFIG, EXISTING, TICKETS, must_be_utf8, service
from slamon.commands.say import complain
from slamon.commands.saying import COMMANDS


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="slamon")
def cli() -> None:
    """Keep promises to customers: watch tickets, and alert before a promise is broken.

    To try it: slamon demo. To judge a file of tickets: slamon evaluate. As a service: slamon run.

    Exit codes: 0 fine, 1 ran and found something, 2 cannot be loaded or used so, 3 cannot run here, 130 interrupted.
    """


@cli.command()
@CONFIG
def run(config: Path) -> None:
    """Run the service: poll the sources, judge, alert, serve /metrics and /healthz until SIGTERM or Ctrl-C."""
    from slamon.commands.run import run as command

    sys.exit(command(config))


@cli.command()
@click.option("--state", type=EXISTING, default=Path("var/demo"), show_default=True, help="Where its database is.")
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="Where it serves /metrics and /healthz.")
@click.option("--speed", type=click.IntRange(1, 3600), default=60, show_default=True, help="How fast it plays.")
@click.option("--fresh", is_flag=True, help="Forget an earlier demo and begin anew.")
def demo(state: Path, listen: str, speed: int, fresh: bool) -> None:
    """Play real help-desk histories as if they happened now, and alert on this console until Ctrl-C."""
    from slamon.commands.demo import demo as command

    sys.exit(command(state, listen, speed, fresh=fresh))


@cli.command()
@click.option("--rules", type=EXISTING, required=True, help="A rules file, or a directory of them.")
@TICKETS
@click.option("--at", metavar="INSTANT", help="Judge as of this instant, such as 2026-06-08T09:00:00Z [default: now].")
def evaluate(rules: Path, tickets: Path, at: str | None) -> None:
    """Judge ticket histories: one JSON object a line for every commitment.

    Events later than --at are not looked at, so any past moment can be asked again.
    """
    from slamon.commands.evaluate import evaluate as command

    sys.exit(command(rules, tickets, at))


@cli.command()
@CONFIG
@click.option("--rules", type=EXISTING, help="Check only these rules, without settings.")
@click.option("--strict", is_flag=True, help="Warnings count too: exit status 1.")
@click.option("--format", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
def check(config: Path, rules: Path | None, strict: bool, format: Literal["text", "json", "github"]) -> None:
    """Say what is wrong with the settings and the rules: every mistake of every file, with what to type."""
    from slamon.commands.check import check as command

    sys.exit(command(config, rules, strict=strict, format=format))


@cli.command()
@click.argument("ticket")
@click.option("--rules", type=EXISTING, help="Rules to judge by, with --tickets [default: what the settings name].")
@click.option("--tickets", type=EXISTING, help="The file with its history [default: ask the running service].")
@click.option("--at", metavar="INSTANT", help="Explain as of this instant [default: now].")
@CONFIG
@click.option("--format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--zone", help="Show times in this zone, such as Europe/Berlin [default: the settings' or the calendar's]."
)
def explain(
    ticket: str,
    rules: Path | None,
    tickets: Path | None,
    at: str | None,
    config: Path,
    format: Literal["text", "json"],
    zone: str | None,
) -> None:
    """Say why a ticket is judged as it is: which policy, every stretch that counted, what decided."""
    from slamon.commands.explain import explain as command

    sys.exit(command(ticket, rules, tickets, at, config, format, zone))


@cli.command()
@click.argument("old", type=EXISTING)
@click.argument("new", type=EXISTING)
@TICKETS
@click.option("--at", metavar="INSTANT", help="Judge as of this instant [default: now].")
def diff(old: Path, new: Path, tickets: Path, at: str | None) -> None:
    """Show what flips if rules OLD are replaced by NEW: every commitment that is judged otherwise."""
    from slamon.commands.diff import diff as command

    sys.exit(command(old, new, tickets, at))


@cli.command()
@click.argument("directory", type=EXISTING)
@click.option("--format", type=click.Choice(["text", "junit", "json"]), default="text", show_default=True)
@click.option("--only", help="Only tests whose name contains this.")
def test(directory: Path, format: Literal["text", "junit", "json"], only: str | None) -> None:
    """Run the rule tests that stand in DIRECTORY/tests beside the rules; a diff where they differ."""
    from slamon.commands.test import test as command

    sys.exit(command(directory, format, only))


@cli.command()
@click.argument("which", type=click.Choice(["rules", "settings", "tests"]), default="rules")
def schema(which: Literal["rules", "settings", "tests"]) -> None:
    """Print the JSON Schema of rules, settings or rule tests, for editors."""
    from slamon.commands.schema import schema as command

    sys.exit(command(which))


@cli.command()
@service
def status(config: Path, url: str | None, token: str | None) -> None:
    """Show how the running service is: its health, its commitments by status, and what is due next."""
    from slamon.commands.status import status as command

    sys.exit(command(config, url, token))


@cli.command()
@CONFIG
@click.option("--url", help="Where the service listens [default: its local socket, else web.listen].")
@click.option("--live", is_flag=True, help="Only whether the process turns, not whether it can do its work.")
@click.option("--timeout", type=click.FloatRange(0.1, 60), default=5, show_default=True, help="Seconds to wait.")
def healthcheck(config: Path, url: str | None, live: bool, timeout: float) -> None:
    """Exit with 0 if the running service is ready, else with 1, and say why: for container engines.

    Asks for no token. A service that is not ready need not be started anew: its helpdesk may be away.
    """
    from slamon.commands.healthcheck import healthcheck as command

    sys.exit(command(config, url, "live" if live else "ready", timeout))


@cli.command()
@CONFIG
@click.option(
    "--source", "sources", multiple=True, metavar="NAME", help="Only tickets of this source; may be repeated."
)
@click.option("--output", type=EXISTING, help="The file to write, packed if it ends in .gz [default: standard output].")
def export(config: Path, sources: tuple[str, ...], output: Path | None) -> None:
    """Write the ticket histories that the service has stored, one JSON object a line: what evaluate and diff read.

    The service may be running meanwhile.
    """
    from slamon.commands.export import export as command

    sys.exit(command(config, sources, output))


@cli.group()
def source() -> None:
    """Look at a source of the settings, without the service."""


@source.command("test")
@click.argument("name")
@CONFIG
def source_test(name: str, config: Path) -> None:
    """Say whether NAME can be read: reach, rights, clock, limits, what it cannot tell, how authors are classed."""
    from slamon.commands.source import probe

    sys.exit(probe(config, name))


@source.command("fetch")
@click.argument("name")
@click.option("--ticket", required=True, metavar="ID", help="The source's own id of the ticket.")
@CONFIG
def source_fetch(name: str, ticket: str, config: Path) -> None:
    """Print the history of one ticket as NAME gives it now."""
    from slamon.commands.source import fetch

    sys.exit(fetch(config, name, ticket))


for _one in (*OPERATING, *COMMANDS):
    cli.add_command(_one)
must_be_utf8(cli)


def main() -> None:
    """The console script."""
    outlets.settle()
    sys.exit(_ended())


def _ended() -> int:
    """Run the command; the exit code. Nothing that a command meets outside ends in a traceback."""
    try:
        code = _command()
        sys.stdout.flush()
        return code
    except click.ClickException as mistake:
        mistake.show()
        return Exit.UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: nobody to tell
        outlets.drop()
        return Exit.FINE
    except OSError as error:
        outlets.drop()
        complain(outlets.trouble(error))
        return Exit.CANNOT_RUN


def _command() -> int:
    output = sys.stdout
    try:
        return int(cli(prog_name="slamon", standalone_mode=False) or Exit.FINE)
    except SystemExit as ended:
        if sys.stdout is not output:  # click has noticed that nobody reads it, and takes that for a failure
            raise BrokenPipeError from None
        return ended.code if isinstance(ended.code, int) else Exit.FINE
