"""Do the sources tell slamon everything?"""

from __future__ import annotations

from panels import GREEN, RED, Ask, Placed, lines, states, words
from queries import now, rate, rise

_UP = words(_0=("down", RED), _1=("up", GREEN))
_SOURCE = 'source=~"$source"'


def _latest(aggregation: str, metric: str) -> str:
    return now(aggregation, metric, "source", _SOURCE)


def sources() -> list[Placed]:
    return [
        (
            12,
            7,
            states(
                "Sources",
                "Whether the last poll succeeded.",
                Ask(_latest("min", "slamon_source_up"), "{{source}}"),
                mappings=_UP,
            ),
        ),
        (
            12,
            7,
            lines(
                "Age of what is known",
                "Since a source was last read to its end, and since the last thing happened there.",
                Ask(f"time() - {_latest('max', 'slamon_source_last_success_timestamp_seconds')}", "{{source}}, read"),
                Ask(f"time() - {_latest('max', 'slamon_source_data_timestamp_seconds')}", "{{source}}, last event"),
                unit="s",
            ),
        ),
        (
            8,
            7,
            lines(
                "Tickets read",
                "New or changed ones, a second; and what was pushed, by outcome.",
                Ask(rate("slamon_tickets_collected_total", "source", _SOURCE), "{{source}}"),
                Ask(rate("slamon_pushes_total", "source, outcome", _SOURCE), "{{source}}, push {{outcome}}"),
                unit="ops",
            ),
        ),
        (
            8,
            7,
            lines(
                "What cannot be used",
                "Items that are no tickets, statuses that mean nothing here, open tickets that match no policy, "
                "promises that may be kept or broken.",
                Ask(rise("slamon_items_quarantined_total", "source", _SOURCE), "{{source}}, no tickets"),
                Ask(rise("slamon_statuses_unmapped_total", "source", _SOURCE), "{{source}}, unknown status"),
                Ask(_latest("sum", "slamon_unmatched_tickets"), "{{source}}, match no policy"),
                Ask(_latest("sum", "slamon_undetermined_commitments"), "{{source}}, undetermined"),
            ),
        ),
        (
            8,
            7,
            lines(
                "Requests left, and clocks",
                "What the servers still allow, and by how many seconds their clocks are ahead; only where they say so.",
                Ask(_latest("min", "slamon_source_requests_left"), "{{source}}, requests left"),
                Ask(_latest("max", "slamon_source_clock_skew_seconds"), "{{source}}, seconds ahead"),
            ),
        ),
        (
            24,
            5,
            lines(
                "Directories",
                "Whether each was read the last time, and names that it does not know.",
                Ask(now("min", "slamon_directory_up", "directory"), "{{directory}}, up"),
                Ask(rise("slamon_directory_missing_total", "directory"), "{{directory}}, unknown names"),
            ),
        ),
    ]
