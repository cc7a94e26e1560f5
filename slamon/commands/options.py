"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

EXISTING = click.Path(path_type=Path)
CONFIG = click.option(
    "--config", type=EXISTING, default=Path("slamon.yml"), show_default=True, help="The service's settings."
)
TICKETS = click.option(
    "--tickets",
    type=EXISTING,
    required=True,
    help="Ticket histories: .jsonl or .jsonl.gz; - is standard input.",
)
_URL = click.option("--url", help="Where the service listens [default: its local socket].")
_TOKEN = click.option(
    "--token", envvar="SLAMON_TOKEN", help="What to say at --url; better in the variable SLAMON_TOKEN."
)


class _Text(click.types.StringParamType):
    """Text that can be sent and kept. Names of files are none: they may be of any bytes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        text = super().convert(value, param, ctx)
        try:
            text.encode()
        except UnicodeEncodeError:  # bytes of the command line that the locale could not read
            return self._read(os.fsencode(text), param, ctx)
        return text

    def _read(self, typed: bytes, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return typed.decode()
        except UnicodeDecodeError as error:  # only what is wrong is shown: the rest may be a secret
            wrong = ascii(typed[error.start : error.end])[1:]
            self.fail(f"{wrong} is not UTF-8", param, ctx)


def must_be_utf8(command: click.Command) -> None:
    """Have a command, and those below it, refuse text that is not UTF-8."""
    for one in command.params:
        if one.type is click.STRING:
            one.type = _Text()
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        must_be_utf8(below)


def service(command: F) -> F:
    """Where the running service is: --config, --url and --token."""
    return CONFIG(_URL(_TOKEN(command)))
