"""What was said on the command line of `slamon init`, and what may be assumed where nothing was."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from slamon.commands.init_keys import kinds, wanted
from slamon.commands.init_texts import Answers, Part
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted

SOURCE = "desk"  # what the source is called
HOURS, FIRST_RESPONSE, RESOLUTION = "mon-fri 09:00-17:00", "30m", "8h"
NONE = "none"
_SETTING = re.compile(r"([A-Za-z0-9_-]+)\.([^=]+)=(.*)", re.DOTALL)
_ROOTS = ("web", "storage", "alerts", "heartbeat", "log")


class Unusable(Exception):
    """What was said cannot be meant; the message says what to type."""


@dataclass(frozen=True, slots=True)
class Given:
    """The options as they were typed; None, or empty: not at all."""

    source: str | None = None
    url: str | None = None
    notifiers: tuple[str, ...] = ()
    set: tuple[str, ...] = ()  # PART.KEY=VALUE
    zone: str | None = None
    hours: tuple[str, ...] = ()
    holidays: str | None = None
    first_response: str | None = None
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class Sorted:
    """The settings that were typed, by what they are about."""

    source: Mapping[str, str]
    notifiers: Mapping[str, Mapping[str, str]]
    other: Mapping[str, str]


def check_kinds(given: Given) -> None:
    """Unusable for a kind that is not installed here."""
    for what, names in (("source", filter(None, [given.source])), ("notifier", given.notifiers)):
        for name in names:
            check_kind(what, name)


def check_kind(what: str, name: str) -> None:
    """Unusable if it is not installed here."""
    known = kinds(what)
    if name not in known:
        help = did_you_mean(nearest(name, known)) or f"there are {listed(known, 'and')}"
        raise Unusable(f"{quoted(name)} is no kind of {what}; {help}")


def sorted_settings(given: Given) -> Sorted:
    """What --set and --url say; Unusable for one that is about nothing here."""
    found: dict[str, dict[str, str]] = {"source": {} if given.url is None else {"url": given.url}}
    found |= {name: {} for name in given.notifiers}
    other: dict[str, str] = {}
    for one in given.set:
        part, path, text = setting(one)
        if part in _ROOTS:
            other[f"{part}.{path}"] = text
        elif part in found:
            found[part][path] = text
        else:
            known = ["source", *given.notifiers, *_ROOTS]
            raise Unusable(f"--set {part}.{path}: there is no {quoted(part)} here; begin with {listed(known)}")
    source = found.pop("source")
    return Sorted(source, found, other)


def setting(text: str) -> tuple[str, str, str]:
    """The part, the path and the value of PART.KEY=VALUE; Unusable."""
    parts = _SETTING.fullmatch(text)
    if parts is None:
        name = text.partition("=")[0][:40]
        raise Unusable(f"--set {name}: write PART.KEY=VALUE, such as source.url=https://desk.example")
    return parts[1], parts[2], parts[3]


def answers(given: Given) -> Answers:
    """What is to be written, without asking anybody; Unusable names all that must be said."""
    if given.source is None:
        raise Unusable(f"say where the tickets are: --source {listed(kinds('source'))}")
    check_kinds(given)
    found, names = sorted_settings(given), given.notifiers or ("console",)
    source = _part("source", SOURCE, given.source, found.source)
    told = tuple(_part("notifier", name, name, found.notifiers.get(name, {})) for name in dict.fromkeys(names))
    return Answers(
        source,
        told,
        given.zone or local_zone(),
        given.hours or (HOURS,),
        given.holidays,
        promise(given.first_response or FIRST_RESPONSE),
        promise(given.resolution or RESOLUTION),
        found.other,
    )


def promise(text: str) -> str | None:
    """A promise, or none."""
    return None if text == NONE else text


def reference(what: str, kind: str, path: str) -> str:
    """Where a secret is looked for unless somebody says otherwise."""
    name = re.sub(r"[^A-Z0-9]+", "_", f"{kind}_{path}".upper())
    return f"${{env:{name if what == 'source' or kind not in kinds('source') else f'NOTIFY_{name}'}}}"


def local_zone() -> str:
    """The time zone of this machine by its name, or UTC."""
    names = [os.environ.get("TZ", "").removeprefix(":"), _target(Path("/etc/localtime"))]
    found = next((name for name in names if name in available_timezones()), "UTC")
    return "UTC" if found in ("Etc/UTC", "Etc/UCT", "Universal", "Zulu") else found


def _target(link: Path) -> str:
    try:
        return os.path.realpath(link, strict=True).partition("zoneinfo/")[2]
    except OSError:
        return ""


def _part(what: str, name: str, kind: str, keys: Mapping[str, str]) -> Part:
    found, missing = dict(keys), []
    for one in wanted(what, kind):
        if one.path in found or not (one.required or (one.secret and "user" in keys)):
            continue
        if one.secret:
            found[one.path] = reference(what, kind, one.path)
        else:
            flag = "--url URL" if (what, one.path) == ("source", "url") else None
            section = "source" if what == "source" else name
            missing.append(f"{flag or f'--set {section}.{one.path}=VALUE'}{f' ({one.about})' if one.about else ''}")
    if missing:
        raise Unusable(f"{kind} needs {listed(missing, 'and')}")
    return Part(name, kind, found)
