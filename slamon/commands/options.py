"""Options that several commands share."""

from __future__ import annotations

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


def service(command: F) -> F:
    """Where the running service is: --config, --url and --token."""
    return CONFIG(_URL(_TOKEN(command)))
