"""The files that `slamon init` writes, as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from slamon.core.instants import MINUTE, SECOND, Span
from slamon.rulefile.amounts import format_amount, parse_amount

SETTINGS, RULES, TESTS = "slamon.yml", "rules/policies.yml", "rules/tests/promises.yml"
ALL_DAY = "24x7"
CALENDAR = "office"
WARN_AT = "50%"

_PLAIN = re.compile(r"[A-Za-z0-9/](?:[A-Za-z0-9_./@%+-]|[ :](?=[A-Za-z0-9/]))*")
_NOT_PLAIN = frozenset({"null", "Null", "NULL"})
_USUAL_AGE: Span = 10 * MINUTE
_USUAL_POLL: Span = 30 * SECOND
_DAYS = re.compile(r"([a-z][a-z-]*)\s+(.+)", re.DOTALL)

Written = Mapping[tuple[str, str], str]  # what was answered, as YAML, by "source NAME" or "notifier NAME" and path


@dataclass(frozen=True, slots=True)
class Part:
    """A source or a notifier: `keys` by their paths, such as list.path."""

    name: str
    kind: str
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What is to be written. A promise that is None is none."""

    source: Part
    notifiers: tuple[Part, ...]
    zone: str
    hours: tuple[str, ...]
    holidays: str | None
    first_response: str | None
    resolution: str | None
    other: Mapping[str, str] = field(default_factory=dict)  # further keys of slamon.yml

    @property
    def promises(self) -> dict[str, str]:
        """What is promised, by target."""
        both = {"first_response": self.first_response, "resolution": self.resolution}
        return {target: text for target, text in both.items() if text is not None}

    @property
    def all_day(self) -> bool:
        """Whether there are no office hours."""
        return self.hours == (ALL_DAY,)


Tree = dict[str, "str | Tree"]


def scalar(text: str) -> str:
    """A value as it stands in YAML: plain where that is sure to mean the same."""
    if _PLAIN.fullmatch(text) and ": " not in text and text not in _NOT_PLAIN:
        return text
    return json.dumps(text, ensure_ascii=False)


def settings_text(answers: Answers, written: Written) -> str:
    """slamon.yml."""
    source = _part("source", answers.source, written)
    source |= _pace(answers, source)
    tree: Tree = {
        "version": "1",
        "rules": "rules/",
        "time_zone": scalar(answers.zone),
        "storage": {"path": "var/slamon.db"},
        "web": {"listen": "127.0.0.1:8080"},
        "sources": {answers.source.name: source},
        "notifiers": {one.name: _part("notifier", one, written) for one in answers.notifiers},
    }
    for path, text in answers.other.items():
        _put(tree, path.split("."), scalar(text))
    return (
        "# Where the tickets are, and who is told. Mistakes: slamon check. Every key: slamon schema settings\n"
        + _lines(tree)
    )


def rules_text(answers: Answers) -> str:
    """The rules: a calendar, one policy for everybody, a route for the promises and one for slamon itself."""
    calendar = ALL_DAY if answers.all_day else CALENDAR
    targets: Tree = {target: scalar(text) for target, text in answers.promises.items()}
    policy: Tree = {"match": "all", "calendar": calendar, "warn_at": WARN_AT, "targets": targets}
    names = ", ".join(one.name for one in answers.notifiers)
    parts = [
        "# What is promised. What you change here, change in tests/promises.yml too: slamon test rules\nversion: 1\n",
        "" if answers.all_day else _lines({"calendars": {CALENDAR: _calendar(answers)}}),
        "policies:\n  - name: everyone\n" + _lines(policy, "    "),
        "routes:\n  - name: team\n    match: all\n    steps:\n",
        f"      - {{when: [at_risk, breached], notify: [{names}]}}\n",
        "  - name: slamon-itself  # a source that is silent, a message that could not be delivered\n",
        f"    match: {{alert: monitor}}\n    steps:\n      - {{when: [raised, cleared], notify: [{names}]}}\n",
    ]
    return "\n".join(filter(None, parts[:3])) + "\n" + "".join(parts[3:])


def _calendar(answers: Answers) -> Tree:
    hours: Tree = {}
    for text in answers.hours:
        found = _DAYS.fullmatch(text.strip())
        days, windows = (found[1], found[2]) if found else ("mon-fri", text.strip())
        several = [scalar(one.strip()) for one in windows.split(",")]
        hours[days] = several[0] if len(several) == 1 else f"[{', '.join(several)}]"
    calendar: Tree = {"time_zone": scalar(answers.zone), "hours": hours}
    if answers.holidays is not None:
        country, _, subdivision = answers.holidays.partition("-")
        part: Tree = {"subdivision": scalar(subdivision)} if subdivision else {}
        calendar["holidays"] = {"country": scalar(country), **part}
    return calendar


def _part(what: str, part: Part, written: Written) -> Tree:
    tree: Tree = {"kind": part.kind}
    for path in part.keys:
        _put(tree, path.split("."), written[f"{what} {part.name}", path])
    return tree


def _pace(answers: Answers, source: Tree) -> Tree:
    """How often to read, so that a silent source is noticed before the first warning that it could hide."""
    spans = [amount.span for text in answers.promises.values() if (amount := parse_amount(text)) and amount.span]
    age = min([_USUAL_AGE, *(span // 2 for span in spans)])
    age = max(age - age % SECOND, SECOND)
    poll = min(_USUAL_POLL, max(age // 2 - age // 2 % SECOND, SECOND))
    pace = {"poll": format_amount(poll), "max_data_age": format_amount(age)}
    return {key: text for key, text in pace.items() if key not in source}


def _put(tree: Tree, path: list[str], text: str) -> None:
    for name in path[:-1]:
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = {}
        tree = below
    tree[path[-1]] = text


def _lines(tree: Tree, indent: str = "") -> str:
    parts = []
    for name, value in tree.items():
        if isinstance(value, dict):
            parts.append(f"{indent}{scalar(name)}:\n{_lines(value, indent + '  ')}")
        else:
            parts.append(f"{indent}{scalar(name)}: {value}\n")
    return "".join(parts)
