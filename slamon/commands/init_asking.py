"""The questions of `slamon init` to somebody at a terminal; every answer is read as the service will read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from slamon.commands import init_flags as flags
from slamon.commands.init_checking import Unsound, checked_rules, checked_settings, in_the_clear
from slamon.commands.init_flags import Given, Sorted, Unusable
from slamon.commands.init_keys import Wanted, kinds, mistake, wanted
from slamon.commands.init_texts import Answers, Part
from slamon.rulefile.suggest import listed, visible

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_FILE = re.compile(r"(?:/|\./|\.\./|~/)(?!/)[^{}]+")
_LIKE = {("file", "path"): "tickets.jsonl", ("replay", "path"): "tickets.jsonl"}


def ask(folder: Path, given: Given) -> Answers:
    """Ask for what was not given. Unusable: what was given cannot be meant.

    Of what an option names, only that is asked which has no usual value: a line to copy asks nothing.
    """
    flags.check_kinds(given)
    found = flags.sorted_settings(given)
    kind = given.source or _kind("source", "Where are the tickets?", None)[0]
    named, hours = given.source is not None, (flags.HOURS,)
    source = _keys("source", flags.SOURCE, kind, found.source, named=named)
    answers = Answers(source, (), "UTC", hours, None, flags.FIRST_RESPONSE, flags.RESOLUTION, found.other)
    answers = _completed(folder, replace(answers, notifiers=(Part("console", "console"),)), "source")
    answers = replace(answers, notifiers=())
    for name in given.notifiers or _kind("notifier", "Who is told? (several with commas)", "console"):
        answers = _with_notifier(folder, answers, name, found, named=bool(given.notifiers))
    return _rules(answers, given)


def _with_notifier(folder: Path, answers: Answers, name: str, found: Sorted, *, named: bool) -> Answers:
    part = _keys("notifier", name, name, found.notifiers.get(name, {}), named=named)
    return _completed(folder, replace(answers, notifiers=(*answers.notifiers, part)), name)


def _kind(what: str, question: str, default: str | None) -> list[str]:
    known = kinds(what)

    def names(text: str) -> list[str]:
        found = list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
        for one in found:
            _refusing(partial(flags.check_kind, what, one))
        if not found or (what == "source" and len(found) > 1):
            raise click.UsageError(f"write {'one' if what == 'source' else 'some'} of {listed(known)}")
        return found

    click.echo(f"  kinds: {', '.join(known)}")
    return list(_prompt(question, default, names))


def _keys(what: str, name: str, kind: str, given: Any, *, named: bool) -> Part:
    """A part with every key that it wants; `named` by an option, it has what is usual unasked."""
    keys = dict(given)
    for one in wanted(what, kind):
        if one.path in keys or (not one.required and "user" not in keys and (one.secret or named)):
            continue
        if one.secret:
            text = flags.reference(what, kind, one.path) if named else _secret(what, kind, one)
        else:
            text = _value(kind, one)
        if text:
            keys[one.path] = text
    return Part(name, kind, keys)


def _value(kind: str, one: Wanted) -> str:
    def read(text: str) -> str:
        problem = mistake(one.field, text) if text.strip() or one.required else None
        if problem:
            raise click.UsageError(visible(problem))
        return text.strip()

    default = _LIKE.get((kind, one.path), None if one.required else "")
    return str(_prompt(_question(kind, one), default, read))


def _secret(what: str, kind: str, one: Wanted) -> str:
    """Where a secret will be found: it is never typed here."""

    def read(text: str) -> str:
        if _VARIABLE.fullmatch(text):
            return f"${{env:{text}}}"
        if _FILE.fullmatch(text):
            return f"${{file:{text}}}"
        raise click.UsageError("not the secret itself: write a variable such as REDMINE_KEY, or a file such as ./key")

    default = flags.reference(what, kind, one.path)[6:-1]
    return str(
        _prompt(f"{_question(kind, one)}\n  It is not asked for. Which variable, or file, will hold it?", default, read)
    )


def _question(kind: str, one: Wanted) -> str:
    return f"{kind}, {one.path}{'' if one.required else ' (may be left empty)'}:{f' {one.about}' if one.about else ''}"


def _completed(folder: Path, answers: Answers, part: str) -> Answers:
    """Ask for more until the class of the kind is content."""
    while True:
        try:
            checked_settings(folder, answers)
            return answers
        except Unsound as error:
            for one in error.diagnostics[:3]:
                click.echo(f"  {visible(one.message)}{f'; {visible(one.help)}' if one.help else ''}")
        answers = _prompt(f"{part}: what to add or change, as KEY=VALUE:", None, _changing(answers, part))


def _changing(answers: Answers, part: str) -> Callable[[str], Answers]:
    def changed(text: str) -> Answers:
        path, equals, value = text.strip().partition("=")
        if not path or not equals:
            raise click.UsageError("write KEY=VALUE, such as url=https://desk.example")
        one = answers.source if part == "source" else answers.notifiers[-1]
        one = replace(one, keys={**one.keys, path: value})
        if part == "source":
            found = replace(answers, source=one)
        else:
            found = replace(answers, notifiers=(*answers.notifiers[:-1], one))
        if in_the_clear(found):
            raise click.UsageError(f"{path} is a secret: write {path}=${{env:NAME}} or {path}=${{file:PATH}}")
        return found

    return changed


def _rules(answers: Answers, given: Given) -> Answers:
    questions: Sequence[tuple[str, str, Any, str]] = (
        ("zone", "Your time zone", given.zone, flags.local_zone()),
        ("hours", "Your hours (24x7: always; several with semicolons)", given.hours, flags.HOURS),
        ("holidays", "Public holidays of (such as DE or DE-BE)", given.holidays, flags.NONE),
        ("first_response", "First response within (none: no such promise)", given.first_response, flags.FIRST_RESPONSE),
        ("resolution", "Solved within (none: no such promise)", given.resolution, flags.RESOLUTION),
    )
    for field, question, said, default in questions:
        if field == "holidays" and given.hours and not said:
            continue
        if said:
            value: dict[str, Any] = {field: flags.promise(said) if isinstance(said, str) else said}
            answers = replace(answers, **value)
        else:
            answers = _prompt(question, default, _ruling(answers, field))
    return answers


def _ruling(answers: Answers, field: str) -> Callable[[str], Answers]:
    def with_it(text: str) -> Answers:
        value: Any = flags.promise(text.strip())
        if field == "hours":
            value = tuple(part.strip() for part in text.split(";"))
        change: dict[str, Any] = {field: value}
        found = replace(answers, **change)
        if not found.promises:
            raise click.UsageError("something must be promised: write one such as 8h")
        try:
            checked_rules(found)
        except Unsound as error:
            first = error.diagnostics[0]
            raise click.UsageError(visible(f"{first.message}{f'; {first.help}' if first.help else ''}")) from None
        return found

    return with_it


def _refusing(body: Callable[[], Any]) -> Any:
    try:
        return body()
    except Unusable as error:
        raise click.UsageError(visible(str(error))) from None


def _prompt(question: str, default: str | None, read: Callable[[str], Any]) -> Any:
    return click.prompt(question, default=default, show_default=bool(default), prompt_suffix=" ", value_proc=read)
