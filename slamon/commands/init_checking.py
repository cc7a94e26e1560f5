"""What `slamon init` is about to write, read as the service will; secrets that are not there yet are made up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from slamon.commands.freshness import check_freshness
from slamon.commands.init_keys import is_secret, key_of, written
from slamon.commands.init_promises import tests_text
from slamon.commands.init_texts import RULES, SETTINGS, TESTS, Answers, Part, rules_text, settings_text
from slamon.core.judge import Judge
from slamon.core.policy import Rules
from slamon.rulefile import Diagnostic, read_texts
from slamon.ruletests.read import read_tests
from slamon.ruletests.run import run
from slamon.settings_file.read import SettingsRead, read_text
from slamon.settings_file.values import REFERENCE, SettingsReport

_REFERENCE = re.compile(REFERENCE)
_MADE_UP = "SLAMON_INIT_"
# What some secret or other of a kind looks like; the first that its class takes will do.
_LOOKS = ("https://example.com/", "whsec_" + "c2xhbW9u" * 4, "a-secret-that-is-long-enough")


class Unsound(Exception):
    """What was answered cannot be written; the diagnostics say why."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("what was answered cannot be written")
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Missing:
    """A secret that must be put where the settings look for it."""

    reference: str  # ${env:NAME} or ${file:PATH}
    about: str


def files(folder: Path, answers: Answers) -> dict[str, str]:
    """The files by their paths below the folder, sound in themselves and together; Unsound, or ValueError for hours."""
    rules = checked_rules(answers)
    read = checked_settings(folder, answers)
    assert read.settings is not None
    if stale := check_freshness(read.settings, rules, read.ages):
        raise Unsound(stale)
    texts = {
        SETTINGS: settings_text(answers, _yaml(answers)),
        RULES: rules_text(answers),
        TESTS: tests_text(answers, rules),
    }
    _check_tests(texts[TESTS], rules)
    return texts


def checked_rules(answers: Answers) -> Rules:
    """The rules; Unsound for mistakes and warnings."""
    names = frozenset(one.name for one in answers.notifiers)
    loaded = read_texts({RULES: rules_text(answers).encode()}, notifiers=names)
    if loaded.rules is None or loaded.diagnostics:
        raise Unsound(loaded.diagnostics)
    return loaded.rules


def checked_settings(folder: Path, answers: Answers) -> SettingsRead:
    """The settings as they will be once every secret is there; Unsound for mistakes."""
    names = [f"{_MADE_UP}{number}" for number, _ in enumerate(missing(folder, answers))]
    trial = _with_made_up(folder, answers)
    text = settings_text(trial, _yaml(trial)).encode()
    found: list[SettingsRead] = []
    for looks in product(_LOOKS, repeat=len(names)):
        environment = {**os.environ, **dict(zip(names, looks, strict=True))}
        found.append(read_text(folder / SETTINGS, text, environment, SettingsReport()))
        if found[-1].settings is not None and not found[-1].diagnostics:
            return found[-1]
    raise Unsound(min((one.diagnostics for one in found), key=len))


def missing(folder: Path, answers: Answers) -> list[Missing]:
    """The secrets that are not there yet, each once."""
    found: dict[str, Missing] = {}
    for what, part in _parts(answers):
        for path, text in part.keys.items():
            if _REFERENCE.fullmatch(text) and not _is_there(folder, text):
                key = key_of(what, part.kind, path)
                found.setdefault(text, Missing(text, (key.about if key else "") or f"{path} of {part.kind}"))
    return list(found.values())


def in_the_clear(answers: Answers) -> tuple[str, str] | None:
    """A secret that is written out, as its part and path; None if there is none."""
    for what, part in _parts(answers):
        for path, text in part.keys.items():
            if is_secret(what, part.kind, path) and not _REFERENCE.fullmatch(text):
                return part.name, path
    return None


def _parts(answers: Answers) -> Iterator[tuple[str, Part]]:
    yield "source", answers.source
    yield from (("notifier", one) for one in answers.notifiers)


def _yaml(answers: Answers) -> Mapping[tuple[str, str], str]:
    """What was answered, as YAML, by the name of its part and its path."""
    return {
        (f"{what} {part.name}", path): written(found.field if (found := key_of(what, part.kind, path)) else None, text)
        for what, part in _parts(answers)
        for path, text in part.keys.items()
    }


def _with_made_up(folder: Path, answers: Answers) -> Answers:
    names = {one.reference: f"${{env:{_MADE_UP}{number}}}" for number, one in enumerate(missing(folder, answers))}

    def made_up(part: Part) -> Part:
        return replace(part, keys={path: names.get(text, text) for path, text in part.keys.items()})

    return replace(answers, source=made_up(answers.source), notifiers=tuple(map(made_up, answers.notifiers)))


def _is_there(folder: Path, reference: str) -> bool:
    what, _, rest = reference[2:-1].partition(":")
    if what == "file":
        return (folder / rest).is_file()
    name, _, default = rest.partition(":-")
    return bool(default or os.environ.get(name))


def _check_tests(text: str, rules: Rules) -> None:
    """The tests hold: whoever runs them first sees no failure."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "promises.yml"
        path.write_text(text, "utf-8")
        found = read_tests([path], rules)
    if found.cases is None or found.diagnostics:
        raise Unsound(found.diagnostics)
    judge = Judge(rules)
    failed = [case.name for case in found.cases if not run(judge, case).passed]
    if failed:
        raise ValueError(f"in these hours a test does not hold: {failed[0]}")
