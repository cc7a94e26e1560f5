"""What may stand in slamon.yml: the tables of keys from which reader and schema are made."""

from __future__ import annotations

from functools import cache

from slamon import directories, notifiers, sources
from slamon.addresses import is_web_address
from slamon.logs import LogFormat, LogLevel
from slamon.rulefile.calendars import TimeZone
from slamon.rulefile.diagnostics import Report
from slamon.rulefile.fields import Boolean, Choice, Constant, Schema, Text, WholeNumber
from slamon.rulefile.lists import OneOrMany
from slamon.rulefile.nodes import Node, Owner, Scalar, Spot
from slamon.rulefile.records import Key
from slamon.secrets import Secret
from slamon.settings_file.amounts import RateField, WallTime
from slamon.settings_file.connectors import Connectors
from slamon.settings_file.paths import DatabasePath
from slamon.settings_file.registry import Registry
from slamon.settings_file.values import Leaf, SecretText, Section
from slamon.settings_file.web import SECTION

DIRECTORY_FIELDS = ("customer", "assignee", "group")


class _WrittenOut(Leaf[str]):
    """A path that messages show, so that it may not come from where secrets come from."""

    def read(self, node: Node, owner: Owner, report: Report) -> str:
        if isinstance(node, Scalar) and "${" in node.text:
            message = "the path of the rules stands in messages, so it cannot come from outside of this file"
            report.refuse(owner, "no-reference", message, "write the path itself")
        return super().read(node, owner, report)

    def schema(self) -> Schema:
        return self._inner.schema()


class _Heartbeat(SecretText):
    """An address that is as good as a password."""

    def read(self, node: Node, owner: Owner, report: Report) -> Secret:
        secret = super().read(node, owner, report)
        if not is_web_address(secret.reveal()):
            spot = Spot(node.file, node.start, node.end)
            help = "write one such as https://hc.example/ping/ID"
            report.refuse(spot, "bad-value", "this is no http(s) address to be called", help)
        return secret


_PATH = Text("a path")

VERSION = Key("version", Leaf(Constant(1)), "The version of this format.", required=True)
RULES = Key("rules", _WrittenOut(_PATH), "The rules: a directory or one file, relative to this file.", default="rules/")
TIME_ZONE = Key("time_zone", Leaf(TimeZone()), "In which times are shown; never counted with.", default="UTC")

STORAGE_PATH = Key("path", Leaf(DatabasePath()), "The database file, relative to this file.", default="var/slamon.db")
KEEP_ENDED = Key("ended", Leaf(WallTime()), "Tickets, after the last of their commitments ended.", default="400d")
KEEP_DELIVERIES = Key("deliveries", Leaf(WallTime()), "Deliveries, after they ended.", default="90d")
KEEP_EVENTS = Key("events", Leaf(WallTime()), "What happened to tickets.", default="400d")
_KEEP = Section("a map with ended, deliveries and events", (KEEP_ENDED, KEEP_DELIVERIES, KEEP_EVENTS))
KEEP = Key("keep", _KEEP, "How long what is over is kept.")
STORAGE = Key("storage", Section("a map with path and keep", (STORAGE_PATH, KEEP)), "Where the state is kept.")

WEB = Key("web", SECTION, "Where it listens, and who may ask.")

POLL = Key("poll", Leaf(WallTime()), "How often the source is read.", default="30s")
MAX_DATA_AGE = Key("max_data_age", Leaf(WallTime()), "What is known is stale once it is older.", default="10m")
_OF_SOME_SOURCES = ("agents", "bots", "fields", "network", "since", "status")
_SOURCES = Registry("source", sources.kinds, sources.load, (POLL, MAX_DATA_AGE), _OF_SOME_SOURCES)
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

RATE = Key("rate", Leaf(RateField()), "How many messages it sends at most.", default="that of its kind")
FALLBACK = Key("fallback", Leaf(Text("the name of a notifier")), "Who gets what it could not deliver.")
PEOPLE = Key("people", Leaf(Text("the name of a directory")), "Where it finds the addresses of people.")
TEMPLATE = Key("template", Leaf(_PATH), "What its messages are made by: a file, relative to this one.")
_IN_NOTIFIERS = (RATE, FALLBACK, PEOPLE, TEMPLATE)
_NOTIFIERS = Registry("notifier", notifiers.kinds, notifiers.load, _IN_NOTIFIERS, inherits=True)
NOTIFIERS = Key("notifiers", Connectors(_NOTIFIERS), "Who brings messages to people; console is always there.")

HORIZON = Key("horizon", Leaf(WallTime()), "News older than this when first seen is not sent.", default="24h")
PER_TICKET = Key("per_ticket", Leaf(RateField()), "Messages of one ticket to one recipient; more wait.", default="6/h")
REALERT_AFTER = Key("realert_after", Leaf(WallTime()), "A pause longer than this warns anew.", default="1h")
SEND = Key("send", Leaf(Boolean()), "`false` does everything but the sending.", default="true")
_ALERTS = Section("a map with horizon, per_ticket, realert_after and send", (HORIZON, PER_TICKET, REALERT_AFTER, SEND))
ALERTS = Key("alerts", _ALERTS, "What is worth a message.")

HEARTBEAT_URL = Key("url", _Heartbeat(), "What is called while slamon is at work.", required=True)
EVERY = Key("every", Leaf(WallTime()), "How often it is called.", default="1m")
_HEARTBEAT = Section("a map with url and every", (HEARTBEAT_URL, EVERY))
HEARTBEAT = Key("heartbeat", _HEARTBEAT, "Who notices when slamon itself stands still.")

CUSTOMERS = Key("customers", OneOrMany(Leaf(Text("a customer's name")), empty=True), "Who is counted by name, too.")
MOST = Key("most", Leaf(WholeNumber(1, 1_000)), "How many customers may be named there.", default="50")
_METRICS = Section("a map with customers and most", (CUSTOMERS, MOST))
METRICS = Key("metrics", _METRICS, "What the metrics show beside the usual.")

_FORMATS: tuple[LogFormat, ...] = ("console", "json")
_LEVELS: tuple[LogLevel, ...] = ("debug", "info", "warning", "error")
LOG_FORMAT = Key("format", Leaf(Choice(*_FORMATS)), "For people or for programs.", default="console")
LOG_LEVEL = Key("level", Leaf(Choice(*_LEVELS)), "The least important messages that are written.", default="info")
LOG = Key("log", Section("a map with format and level", (LOG_FORMAT, LOG_LEVEL)), "The log, on standard error.")

DOCUMENT = Section(
    "a map that begins with version: 1",
    (VERSION, RULES, TIME_ZONE, STORAGE, WEB, SOURCES, DIRECTORIES, NOTIFIERS, ALERTS, HEARTBEAT, METRICS, LOG),
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
