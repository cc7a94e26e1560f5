"""Instants as texts."""

from __future__ import annotations

import pytest

from slamon.core.instants import EARLIEST, LATEST, format_instant, parse_instant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0001-01-01T00:00:00+00:01", "'0001-01-01T00:00:00+00:01' lies outside the years 1 to 9999"),
        ("9999-12-31T23:59:59-14:00", "'9999-12-31T23:59:59-14:00' lies outside the years 1 to 9999"),
        ("2026-03-10T10:00:00", "'2026-03-10T10:00:00' has no time zone: end it with Z or an offset such as +02:00"),
        ("soon", "Invalid isoformat string: 'soon'"),
    ],
)
def test_what_is_no_instant_of_the_years_1_to_9999_says_so(text: str, said: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its whole text is compared
        parse_instant(text)
    assert str(error.value) == said


@pytest.mark.parametrize("instant", [EARLIEST, -1, 0, 1, LATEST])
def test_what_can_be_written_can_be_read_again(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant
