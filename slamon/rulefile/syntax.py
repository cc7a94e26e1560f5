"""What is wrong with a text as YAML, in words; and the few tags that are accepted."""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from slamon.rulefile.diagnostics import Report
from slamon.rulefile.nodes import Scalar, resolve
from slamon.rulefile.source import SourceFile
from slamon.rulefile.suggest import plain

_ODD = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CORE = "tag:yaml.org,2002:"
_TEXTS = frozenset({"!", f"{_CORE}str"})
_COLLECTIONS = frozenset({"!", f"{_CORE}map", f"{_CORE}seq"})
_VALUES: dict[str, Callable[[object], bool]] = {
    f"{_CORE}null": lambda value: value is None,
    f"{_CORE}bool": lambda value: isinstance(value, bool),
    f"{_CORE}int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    f"{_CORE}float": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
}


def report_odd_character(file: SourceFile, report: Report) -> bool:
    """Report the first character that no YAML text may hold; says whether there was one."""
    odd = _ODD.search(file.text)
    if odd is None:
        return False
    message = f"YAML does not allow the character U+{ord(odd.group()):04X}"
    report.error_at(file, odd.start(), "yaml-syntax", message, "delete it, or write it as an escape in double quotes")
    return True


def report_mistake(mistake: yaml.YAMLError, file: SourceFile, report: Report) -> None:
    """Report where the parser stopped."""
    if not isinstance(mistake, yaml.MarkedYAMLError):
        report.error_at(file, 0, "yaml-syntax", f"the YAML cannot be read: {plain(str(mistake))}")
        return
    offset = mistake.problem_mark.index if mistake.problem_mark else 0
    context = f" {mistake.context}" if mistake.context else ""
    problem = mistake.problem or "there is a mistake"
    report.error_at(file, offset, "yaml-syntax", f"the YAML cannot be read{context}: {problem}", _help(problem))


def _help(problem: str) -> str:
    if "cannot start any token" in problem or "tab character" in problem:
        return "indent with spaces, not tabs, and quote texts that begin with @ or `"
    if "mapping values" in problem:
        return "indent the line like its neighbours, and quote texts that hold `: `"
    return "look at the brackets, quotes and indentation here and just before"


def as_tagged(node: Scalar, tag: str) -> Scalar | None:
    """The scalar as its tag wants it; None for a tag that is not accepted, or does not fit."""
    if tag in _TEXTS:
        return node
    fits = _VALUES.get(tag)
    if fits is None or not fits(resolve(node.text)):
        return None
    return Scalar(node.file, node.start, node.end, node.text, True)


def is_collection_tag(tag: str) -> bool:
    """Whether a list or map may have this tag."""
    return tag in _COLLECTIONS


def shown(tag: str) -> str:
    """A tag as people write it."""
    return plain(f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag)
