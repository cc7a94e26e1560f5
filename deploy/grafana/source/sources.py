"""Do the sources tell slamon everything?"""

from __future__ import annotations

from panels import GREEN, RED, Ask, Json, Placed, lines, states, thresholds, words
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
                "Sources and directories",
                "Whether each could be read the last time.",
                Ask(_latest("min", "slamon_source_up"), "{{source}}"),
                Ask(now("min", "slamon_directory_up", "directory"), "directory {{directory}}"),
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
            12,
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
            12,
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
        *((8, 7, panel) for panel in _of_servers()),
    ]


def _of_servers() -> list[Json]:
    return [
        lines(
            "Requests left",
            "How many the servers still allow for now; only where they say so.",
            Ask(_latest("min", "slamon_source_requests_left"), "{{source}}"),
            steps=thresholds((None, RED), (50, GREEN)),
        ),
        lines(
            "Clocks of the servers are ahead by",
            "Of ours; below 0 they are behind. Only where they tell the time.",
            Ask(_latest("max", "slamon_source_clock_skew_seconds"), "{{source}}"),
            unit="s",
        ),
        lines(
            "Unknown names",
            "Customers, people or groups that a directory does not know, each once.",
            Ask(rise("slamon_directory_missing_total", "directory"), "{{directory}}"),
            bars=True,
        ),
    ]
