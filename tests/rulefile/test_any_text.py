"""Whatever stands in a file, reading it ends, without an exception, with rules or with places that exist."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from slamon.rulefile import Loaded, read_texts
from slamon.rulefile.render import Format
from tests.rulefile.texts import around, table

TABLES = Path(__file__).with_name("bad")
SNIPPETS = [
    around(area, snippet)
    for area in ("files", "calendars", "matches", "targets", "policies", "routes")
    for snippet, _ in table(TABLES / f"{area}.txt")
]
WORD_LIST = """
    version calendars policies targets routes match calendar within by for resolution due custom all any not none 24x7
    office time_zone hours holidays country dates files mon-fri 09:00-17:00 closed Europe/Berlin 4h 1d 75% business_days
    time close start_on stop_on to created status warn_at regex gt exists true null 1 -1 2026-12-24 steps when notify
    breached alert monitor ( * & ! | > ~ << ${x}
"""
WORDS = st.sampled_from([*WORD_LIST.split(), "", "\ufeff", "\x85", "\u2028", "\x00"])
VALUES = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=25
)
EVENT = st.just(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\n")
LINES = st.sampled_from([b"RRULE:FREQ=DAILY", b"DURATION:P2D", b"EXDATE:x", b"END:VEVENT", b":", b"A"])
STYLES: tuple[Format, ...] = ("text", "json", "github")


def check(files: dict[str, bytes], *, routes: bool) -> Loaded:
    """Read files and look at everything that reading them gives."""
    loaded = read_texts(files, routes=routes, notifiers=frozenset({"pager"}))
    assert loaded.failed == any(found.severity == "error" for found in loaded.diagnostics)
    for style in STYLES:
        loaded.render(style).encode("utf-8")
    for found in loaded.diagnostics:
        text = files[found.place.file].decode("utf-8", "replace") if found.place.line else ""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 0 <= found.place.line <= len(lines)
        assert 0 <= found.place.column <= max(map(len, lines)) + 1
        assert "\n" not in found.message
    return loaded


def written(value: object) -> str:
    """A value in YAML's flow style, as carelessly as people write it."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {written(one)}' for key, one in value.items())}}}"
    return str(value)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_to_an_end(data: bytes, routes: bool) -> None:
    check({"r.yml": data}, routes=routes)


@given(st.text(max_size=200), st.booleans())
def test_any_text_is_read_to_an_end(text: str, routes: bool) -> None:
    check({"r.yml": text.encode("utf-8", "surrogatepass")}, routes=routes)


@given(st.dictionaries(WORDS, VALUES, max_size=5), st.booleans())
def test_any_nesting_of_the_words_of_rules_is_read_to_an_end(value: dict[str, object], routes: bool) -> None:
    lines = [f"{key}: {written(one)}\n" for key, one in value.items()]
    check({"r.yml": f"version: 1\n{''.join(lines)}".encode()}, routes=routes)


@given(st.sampled_from(SNIPPETS), st.data())
def test_rules_with_one_place_overwritten_are_read_to_an_end(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 12))
    changed = text[:start] + data.draw(WORDS | st.text(max_size=3)) + text[start + length :]
    check({"r.yml": changed.encode("utf-8", "surrogatepass")}, routes=data.draw(st.booleans()))


@given(st.sampled_from(SNIPPETS), VALUES, st.data())
def test_a_value_of_any_shape_in_any_place_is_read_to_an_end(text: str, value: object, data: st.DataObject) -> None:
    ends = [place for place in range(len(text)) if text.startswith(": ", place)]
    if ends:
        place = data.draw(st.sampled_from(ends)) + 2
        stop = min((at for at in (text.find(end, place) for end in ",}]\n") if at >= 0), default=len(text))
        check({"r.yml": (text[:place] + written(value) + text[stop:]).encode("utf-8", "replace")}, routes=True)


@given(st.binary(max_size=300) | EVENT, st.lists(LINES))
def test_any_calendar_file_is_read_to_an_end(data: bytes, more: list[bytes]) -> None:
    text = around("calendars", "c: {time_zone: UTC, hours: {mon: 09:00-17:00}, holidays: {files: [x.ics]}}")
    beside = data + b"".join(line + b"\n" for line in more) + b"END:VEVENT\nEND:VCALENDAR\n"
    check({"r.yml": text.encode(), "x.ics": beside}, routes=False)
