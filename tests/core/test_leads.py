"""How long before a promise is broken its last warning comes."""

from __future__ import annotations

import pytest

from slamon.core.instants import HOUR, MINUTE
from slamon.core.leads import shortest_lead
from slamon.rulefile import read_texts


def lead(*policies: str) -> int | None:
    text = "version: 1\npolicies:\n" + "".join(f"  - {one}\n" for one in policies)
    loaded = read_texts({"rules.yml": text.encode()}, routes=False)
    assert loaded.rules is not None, loaded.render()
    found = shortest_lead(loaded.rules)
    return None if found is None else found.span


@pytest.mark.parametrize(
    ("keys", "span"),
    [
        ("warn_at: [50%, 75%], targets: {resolution: 4h}", HOUR),
        ("warn_at: [50%, 30m], targets: {resolution: 4h}", 30 * MINUTE),
        ("warn_at: [100%], targets: {resolution: 4h}", None),
        ("warn_at: [], targets: {resolution: 4h}", None),
        ("warn_at: [50%], targets: {resolution: 4h, first_response: 10m}", 5 * MINUTE),
    ],
)
def test_the_shortest_lead_is_that_of_the_last_warning_of_the_shortest_promise(keys: str, span: int | None) -> None:
    assert lead(f"{{name: gold, match: all, calendar: 24x7, {keys}}}") == span
