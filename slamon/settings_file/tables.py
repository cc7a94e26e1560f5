"""What may stand in slamon.yml: the tables of keys from which reader and schema are made."""

from __future__ import annotations

import ipaddress
import re
from functools import cache

from slamon import directories, notifiers, sources
from slamon.logs import LogFormat, LogLevel
from slamon.rulefile.calendars import TimeZone
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.fields import Choice, Constant, Field, Schema, Text, scalar
from slamon.rulefile.nodes import Node, Owner, Scalar
from slamon.rulefile.records import Key
from slamon.rulefile.source import SourceFile
from slamon.rulefile.suggest import quoted
from slamon.settings import WebSettings
from slamon.settings_file.amounts import WallTime
from slamon.settings_file.connectors import Connectors
from slamon.settings_file.registry import Registry
from slamon.settings_file.values import Leaf, Section

DIRECTORY_FIELDS = ("customer", "assignee", "group")
_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9_.-]{1,255})):([0-9]{1,5})")


class Listen(Field[WebSettings]):
    """Host and port to listen on. Nobody is asked who he is yet, so only this machine may be let in."""

    takes = "a host and a port, such as 127.0.0.1:8080"

    def read(self, node: Node, owner: Owner, report: Report) -> WebSettings:
        text = scalar(node, owner, report, self.takes).text
        found = _ADDRESS.fullmatch(text)
        if found is None or int(found[3]) > 65_535:
            help = f"write 127.0.0.1:{text}" if text.isdecimal() else "write one such as 127.0.0.1:8080 or [::1]:8080"
            report.refuse(node, "bad-address", f"{quoted(text)} is not {self.takes}", help)
        host = found[1] or found[2]
        if not _is_loopback(host):
            message = f"listening on {quoted(host)}, beyond this machine, needs tokens: not built yet in this version"
            help = f"write 127.0.0.1:{found[3]}, and let a proxy on this machine ask who is there"
            report.refuse(node, "not-built-yet", message, help)
        return WebSettings(host, int(found[3]))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_ADDRESS.pattern}$", "examples": ["127.0.0.1:8080"]}


def read_listen(text: str) -> WebSettings | str:
    """Where a text says to listen, or what is wrong with it."""
    report = Report()
    node = Scalar(SourceFile("", text), 0, len(text), text, False)
    try:
        return Listen().read(node, node, report)
    except Refused:
        return "; ".join(f"{found.message}; {found.help}" for found in report.diagnostics)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _WrittenOut(Leaf[str]):
    """A path that messages show, so that it may not come from where secrets come from."""

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        if isinstance(node, Scalar) and "${" in node.text:
            message = "the path of the rules stands in messages, so it cannot come from outside of this file"
            report.refuse(owner, "no-reference", message, "write the path itself")
        return super().read(node, owner, report)

    def schema(self) -> Schema:
        return self._inner.schema()


_PATH = Text("a path")

VERSION = Key("version", Leaf(Constant(1)), "The version of this format.", required=True)
RULES = Key("rules", _WrittenOut(_PATH), "The rules: a directory or one file, relative to this file.", default="rules/")
TIME_ZONE = Key("time_zone", Leaf(TimeZone()), "In which times are shown; never counted with.", default="UTC")

STORAGE_PATH = Key("path", Leaf(_PATH), "The database file, relative to this file.", default="var/slamon.db")
STORAGE = Key("storage", Section("a map with path", (STORAGE_PATH,), not_built=("keep",)), "Where the state is kept.")

LISTEN = Key("listen", Leaf(Listen()), "Where /metrics, /healthz and the API are served.", default="127.0.0.1:8080")
_LATER_WEB = ("auth", "open", "tokens", "url")
WEB = Key("web", Section("a map with listen", (LISTEN,), not_built=_LATER_WEB), "The web server.")

POLL = Key("poll", Leaf(WallTime()), "How often the source is read.", default="30s")
_LATER_IN_SOURCES = ("agents", "bots", "fields", "max_data_age", "network", "since", "status")
_SOURCES = Registry("source", sources.kinds, sources.load, (POLL,), _LATER_IN_SOURCES)
_SOURCE = "{tickets: {kind: file, path: tickets.jsonl}}"
SOURCES = Key("sources", Connectors(_SOURCES), "Where tickets come from.", required=True, example=_SOURCE)

_COLUMN = Leaf(Text("the name of a column"))
DIRECTORY_KEY = Key("key", _COLUMN, "The column by which an entry is found.", required=True, example="name")
ON = Key("on", Leaf(Choice(*DIRECTORY_FIELDS)), "The ticket's field that names an entry.", required=True)
REFRESH = Key("refresh", Leaf(WallTime()), "How often it is read again.", default="1h")
ADDRESS = Key("address", _COLUMN, "The column with the address of whom an entry is about.")
_IN_DIRECTORIES = (DIRECTORY_KEY, ON, REFRESH, ADDRESS)
_DIRECTORIES = Registry("directory", directories.kinds, directories.load, _IN_DIRECTORIES)
DIRECTORIES = Key("directories", Connectors(_DIRECTORIES), "Who a customer is, and how an assignee is reached.")

_LATER_IN_NOTIFIERS = ("fallback", "people", "rate", "template")
_NOTIFIERS = Registry("notifier", notifiers.kinds, notifiers.load, (), _LATER_IN_NOTIFIERS, inherits=True)
NOTIFIERS = Key("notifiers", Connectors(_NOTIFIERS), "Who brings messages to people; console is always there.")

HORIZON = Key("horizon", Leaf(WallTime()), "News older than this when first seen is not sent.", default="24h")
_LATER_ALERTS = ("per_ticket", "realert_after", "send")
ALERTS = Key("alerts", Section("a map with horizon", (HORIZON,), not_built=_LATER_ALERTS), "What is worth a message.")

_FORMATS: tuple[LogFormat, ...] = ("console", "json")
_LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")
LOG_FORMAT = Key("format", Leaf(Choice(*_FORMATS)), "For people or for programs.", default="console")
LOG_LEVEL = Key("level", Leaf(Choice(*_LEVELS)), "The least important messages that are written.", default="info")
LOG = Key("log", Section("a map with format and level", (LOG_FORMAT, LOG_LEVEL)), "The log, on standard error.")

DOCUMENT = Section(
    "a map that begins with version: 1",
    (VERSION, RULES, TIME_ZONE, STORAGE, WEB, SOURCES, DIRECTORIES, NOTIFIERS, ALERTS, LOG),
    not_built=("heartbeat",),
    hints={
        "policies": "policies stand in the rules files, in the directory that rules: names",
        "calendars": "calendars stand in the rules files, in the directory that rules: names",
        "routes": "routes stand in the rules files, in the directory that rules: names",
    },
)


@cache
def settings_schema() -> Schema:
    """A JSON Schema of slamon.yml with the kinds of sources, directories and notifiers that are installed here."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "slamon.yml",
        **DOCUMENT.schema(),
    }
