"""Which kinds of notifiers there are: our own, and those that other packages bring by entry points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slamon import connectors
from slamon.notifiers.templates import Form, Template, read
from slamon.ports import Notifier, Rate

GROUP = "slamon.notifiers"
BUILT_IN = ("alertmanager", "console", "email", "pagerduty", "slack", "webhook")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notifier: the dataclass of its settings, and what makes one of a name and settings.

    Settings raise ValueError, or a group of them, as `key: what is wrong and what to write`, for what can never
    work. `templates` are the forms of templates that it can send; if there are any, `notifier` takes one as a third
    argument. `rate` is what the other side takes for ever.
    """

    settings: Callable[..., Any]
    notifier: Callable[..., Notifier]
    templates: tuple[Form, ...] = ()
    rate: Rate | None = None

    def make(self, name: str, options: Any, template: Template | None = None) -> Notifier:
        """A notifier; ValueError for a template of a form that it cannot send."""
        if template is None:
            return self.notifier(name, options)
        self.check(template)
        return self.notifier(name, options, template)

    def check(self, template: Template) -> None:
        """ValueError: it cannot send one of this form."""
        if not self.templates:
            raise ValueError("template: what this kind sends has a form of its own, for programs: leave it out")
        if template.form not in self.templates:
            raise ValueError("template: this kind sends plain text, no HTML: write a file that does not end in .html")


def kinds() -> list[str]:
    """The names of all kinds that can be loaded here."""
    return connectors.kinds(GROUP, BUILT_IN)


def load(kind: str) -> Kind:
    """The kind of a name; LookupError says which names there are, or why it cannot be loaded."""
    return connectors.load(GROUP, BUILT_IN, kind, Kind)


def make(kind: str, name: str, options: Any, template: Path | None) -> Notifier:
    """A notifier, its words by the template in a file if there is one; LookupError, ValueError if either is no use."""
    return load(kind).make(name, options, None if template is None else read(template))
