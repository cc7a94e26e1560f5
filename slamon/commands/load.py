"""Settings and rules together: everything that is wrong with either, in one run."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from slamon import __version__
from slamon.commands.freshness import check_freshness
from slamon.core.policy import Rules
from slamon.rulefile import Diagnostic, load_rules
from slamon.rulefile.render import Format, render
from slamon.settings import Settings
from slamon.settings_file import read_settings


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading led to: settings and rules, or None for both and at least one error among the diagnostics.

    `digest` tells one set of rules from another, and changes with the version that judges by them.
    """

    settings: Settings | None
    rules: Rules | None
    digest: bytes
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0  # diagnostics past the most that are kept

    @property
    def failed(self) -> bool:
        return self.settings is None

    def render(self, format: Format = "text") -> str:
        """The diagnostics as text that ends in a line end; empty as text or for GitHub if there are none."""
        return render(self.diagnostics, self.left_out, format, "; nothing was loaded" if self.failed else "")


def load(config: Path) -> Loaded:
    """Read the settings, then the rules that they name. Never raises for what stands in them; warnings do not stop."""
    read = read_settings(config, os.environ)
    if read.rules is None:
        return Loaded(None, None, b"", read.diagnostics, read.left_out)
    digest = digest_of(read.rules)  # before they are read: a change in between is noticed at the next start
    rules = load_rules(read.rules, notifiers=read.notifiers, sources=frozenset(read.ages) or None)
    diagnostics, left_out = read.diagnostics + rules.diagnostics, read.left_out + rules.left_out
    if read.settings is None or rules.rules is None:
        return Loaded(None, None, digest, diagnostics, left_out)
    diagnostics += check_freshness(read.settings, rules.rules, read.ages)
    return Loaded(read.settings, rules.rules, digest, diagnostics, left_out)


def digest_of(rules: Path) -> bytes:
    """A hash over the version and all files below a rules directory that may bear on the rules."""
    found = hashlib.sha256(__version__.encode())
    for path in _files(rules):
        try:
            text = path.read_bytes()
        except OSError:  # reported when the rules are read, if it matters
            continue
        for part in (str(path.relative_to(rules)).encode(errors="surrogateescape"), text):
            found.update(len(part).to_bytes(8, "big") + part)
    return found.digest()


def _files(rules: Path) -> list[Path]:
    if os.path.isfile(rules):  # unlike Path.is_file it never raises
        return [rules]
    return sorted(one for one in rules.rglob("*") if one.suffix in (".yml", ".yaml", ".ics") and os.path.isfile(one))
