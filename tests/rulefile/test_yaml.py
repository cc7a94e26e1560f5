"""YAML with positions: YAML 1.2 values, limits, aliases, odd texts."""

from __future__ import annotations

import pytest

from slamon.rulefile.compose import MAX_BYTES, compose, decode
from slamon.rulefile.diagnostics import Refused, Report
from slamon.rulefile.nodes import Mapping, Node, Scalar, Sequence
from tests.rulefile.texts import load, reports


def root(text: str) -> Node | None:
    report = Report()
    found = compose(decode("r.yml", text.encode(), report), report)
    assert not report.diagnostics
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("10:00", "10:00"),
        ("4:30:15", "4:30:15"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-7", -7),
        ("2026-12-24", "2026-12-24"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("!!str 1", "1"),
        ("!!int '1'", 1),
        ("=", "="),
    ],
)
def test_a_plain_scalar_is_what_yaml_1_2_says(text: str, value: object) -> None:
    node = root(text)
    assert isinstance(node, Scalar)
    assert node.value == value
    assert type(node.value) is type(value)


def test_a_number_of_absurd_length_stays_a_text() -> None:
    node = root("9" * 5_000)
    assert isinstance(node, Scalar)
    assert node.value == "9" * 5_000


def test_a_node_knows_its_place_in_characters() -> None:
    text = "ä: [ö, 'ü']\r\n日本: {x: y}\r\n"
    found = root(text)
    assert isinstance(found, Mapping)
    (_, items), (key, _) = found.entries
    assert isinstance(items, Sequence)
    assert str(items.file.place(items.items[1].start)) == "r.yml:1:8"
    assert str(key.file.place(key.start)) == "r.yml:2:1"
    assert text[items.items[1].start : items.items[1].end] == "'ü'"


def test_a_byte_order_mark_is_no_character() -> None:
    report = Report()
    file = decode("r.yml", "\ufeffversion: 2\n".encode(), report)
    assert file.text == "version: 2\n"
    assert [found.split(" ")[0] for found in reports(load("\ufeffversion: 2\n"))] == ["r.yml:1:10:"]


def test_only_line_feeds_and_carriage_returns_end_a_line() -> None:
    assert reports(load("y: 'a\u2028b\x85'\rversion: 1\r\nx: 1\n"))[1].startswith("r.yml:3:1: unknown key 'x'")


def test_an_alias_stands_for_the_whole_value() -> None:
    found = root("a: &x [1, 2]\nb: *x\n")
    assert isinstance(found, Mapping)
    assert found.entries[0][1] is found.entries[1][1]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: " + "[" * 39 + "x" + "]" * 39, None, ""),
        ("a: " + "[" * 40 + "x" + "]" * 40, "too-deep", "1:43"),
        ("a: &x " + "[" * 20 + "]" * 20 + "\nb: " + "[" * 20 + "*x" + "]" * 20, "too-deep", "2:24"),
        ("- " * 100_000, "too-deep", "1:81"),
        ("{" * 1_000_000, "too-deep", "1:41"),
        ("a: [" + "x," * 199_998 + "]", None, ""),
        ("a: [" + "x," * 199_999 + "]", "too-many-values", "1:400001"),
        ("a: &x [" + "x," * 999 + "]\nb: [" + "*x," * 200 + "]", "too-many-values", "2:599"),
        ("a: &x [*x]", "bad-alias", "1:8"),
        ("a: 1\n---\nb: 1", "several-documents", "2:1"),
        ("a: \x07", "yaml-syntax", "1:4"),
        ("a: b: c", "yaml-syntax", "1:5"),
        ("a:\n\tb: c", "yaml-syntax", "2:1"),
        ("%YAML 9.9\n---\na: b", "yaml-syntax", "1:1"),
        ("'", "yaml-syntax", "1:2"),
    ],
)
def test_what_is_past_a_limit_or_no_yaml_is_reported_in_place(text: str, code: str | None, place: str) -> None:
    report = Report()
    try:
        compose(decode("r.yml", text.encode(), report), report)
    except Refused:
        assert code is not None
    assert [(found.code, f"{found.place.line}:{found.place.column}") for found in report.diagnostics] == (
        [(code, place)] if code else []
    )


def test_a_file_that_is_too_large_is_not_even_decoded() -> None:
    report = Report()
    with pytest.raises(Refused):
        decode("r.yml", b"\xff" * (MAX_BYTES + 1), report)
    assert [found.code for found in report.diagnostics] == ["too-large"]
    assert decode("r.yml", b" " * MAX_BYTES, report).text


def test_bytes_that_are_no_utf_8_are_reported_at_their_character() -> None:
    report = Report()
    with pytest.raises(Refused):
        decode("r.yml", "ä: 1\nö: ".encode() + b"\xfc", report)
    assert str(report.diagnostics[0].place) == "r.yml:2:4"


def test_mistakes_that_leave_the_rest_readable_leave_it_readable() -> None:
    text = "a: 1\na: 2\n<<: {x: y}\n? [k]\n: 1\n~: 1\nb: !x [1]\nc: 3\n"
    report = Report()
    found = compose(decode("r.yml", text.encode(), report), report)
    assert isinstance(found, Mapping)
    assert [key.text for key, _ in found.entries] == ["a", "b", "c"]
    assert [one.code for one in report.diagnostics] == ["duplicate-key", "merge-key", "bad-key", "bad-key", "bad-tag"]
