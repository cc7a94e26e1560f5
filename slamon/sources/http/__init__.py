"""The shared base of all sources over HTTP. How to write a kind on it: docs/how-to/write-a-source.md."""

from slamon.sources.http.client import Answer, Client
from slamon.sources.http.cursor import Mark
from slamon.sources.http.feed import Feed, Found, NoneRead, Window, excused
from slamon.sources.http.mapping import FieldMap, PriorityMap, StatusMap, check_fields
from slamon.sources.http.paging import Page, linked_pages, offset_pages
from slamon.sources.http.people import People, Person
from slamon.sources.http.reach import Access, Limits, basic_auth
from slamon.sources.http.reading import Unexpected, decode_each
from slamon.sources.http.refusals import NotFound, Unreadable
from slamon.sources.http.settings import Agents, Bots, HttpSettings, Network
from slamon.sources.http.snapshots import check_not_emptied, continued, current_fields, emptied_since, gone
from slamon.sources.http.source import HttpSource, Usual, together
from slamon.sources.http.stale import NUMBERED, Stale

__all__ = [
    "NUMBERED",
    "Access",
    "Agents",
    "Answer",
    "Bots",
    "Client",
    "Feed",
    "FieldMap",
    "Found",
    "HttpSettings",
    "HttpSource",
    "Limits",
    "Mark",
    "Network",
    "NoneRead",
    "NotFound",
    "Page",
    "People",
    "Person",
    "PriorityMap",
    "Stale",
    "StatusMap",
    "Unexpected",
    "Unreadable",
    "Usual",
    "Window",
    "basic_auth",
    "check_fields",
    "check_not_emptied",
    "continued",
    "current_fields",
    "decode_each",
    "emptied_since",
    "excused",
    "gone",
    "linked_pages",
    "offset_pages",
    "together",
]
