from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.notifiers.text import facts, headline, one_line, web_url
from tests.notifiers.hostile import HOSTILE, message

# A lone surrogate, a control, a separator, or something that turns the direction of what follows.
FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}
TURNING = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")


def is_safe(line: str) -> bool:
    return not any(unicodedata.category(char) in FORBIDDEN or char in TURNING for char in line)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_becomes_one_visible_line_of_bounded_length(name: str) -> None:
    line = one_line(HOSTILE[name], 100)
    assert is_safe(line)
    assert len(line) <= 100
    assert len(line.splitlines()) <= 1


@given(st.text(st.characters(), max_size=300), st.integers(2, 80))
def test_any_text_becomes_one_visible_line_of_bounded_length(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert is_safe(line)
    assert len(line) <= limit
    assert one_line(line, limit) == line


@pytest.mark.parametrize("name", ["arabic", "hebrew", "chinese", "umlauts", "emoji", "flags", "markdown", "script"])
def test_honest_text_is_left_as_it_is(name: str) -> None:
    assert one_line(HOSTILE[name], 200) == HOSTILE[name]


def test_a_text_that_was_cut_says_so_even_where_only_invisible_characters_fell_away() -> None:
    assert one_line("abcdef", 4) == "abc\u2026"
    assert one_line("ab" + "\u200b" * 1_000, 10) == "ab\u2026"


def test_what_replaces_a_control_shows_that_something_was_there() -> None:
    assert one_line("a\x1b[31mb", 20) == "a\ufffd[31mb"
    assert one_line("a \r\n\t b", 20) == "a b"


def test_marks_piled_on_a_letter_do_not_reach_into_other_lines() -> None:
    assert len(one_line(HOSTILE["combining"], 2_000)) == 5
    assert one_line("e\u0301\u0323", 10) == "e\u0301\u0323"


def test_the_headline_begins_with_how_serious_it_is() -> None:
    assert headline(message(tone="warning", title="x"), 50) == "WARNING: x"
    assert headline(message(tone="good", title="x" * 99), 20) == "MET: xxxxxxxxxxxxxx\u2026"


def test_facts_that_are_left_out_are_counted() -> None:
    many = message(facts=tuple((f"Ticket {number}", "late") for number in range(25)))
    shown = facts(many, 20, 100)
    assert len(shown) == 20
    assert shown[-1] == ("More", "6 facts are left out here")
    assert len(facts(many, 25, 100)) == 25


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//desk.example/1",
        "https://",
        "https:///x",
        "https://user:password@desk.example/1",
        "https://good.example@evil.example/",
        "https://[::1",
        "https://desk.example/a b",
        "https://desk.example/\r\nBcc:x",
        "https://desk.example/\u202e",
        "https://desk.example/\ud800",
        "https://desk.example/" + "x" * 2_000,
        "",
        None,
    ],
)
def test_an_address_that_is_not_plainly_a_web_page_is_no_link(text: str | None) -> None:
    assert web_url(text) is None


def test_an_address_cannot_break_out_of_a_link() -> None:
    assert web_url('https://desk.example/?q=<a|b>"') == "https://desk.example/?q=%3Ca%7Cb%3E%22"
    assert web_url("https://desk.example/\u00fc%20") == "https://desk.example/%C3%BC%20"
    assert web_url("http://[::1]:8080/x?a=1&b=2#c") == "http://[::1]:8080/x?a=1&b=2#c"
