"""What slamon would say of a history that it read, against what it would say of what was really done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from slamon.core.instants import DAY, HOUR, MINUTE, SECOND, Instant
from slamon.core.judge import Judge
from slamon.core.ticket import Ticket
from slamon.core.verdict import Verdict, as_dict
from slamon.rulefile import read_texts
from tests.peers.record import Written

# Reads what every one of the systems knows: status, priority, assignee, who wrote when, and whether in public.
_RULES = b"""
version: 1
calendars:
  office:
    time_zone: Europe/Berlin
    hours: {mon-fri: [09:00-12:30, 13:30-17:00]}
    holidays: {country: DE}
policies:
  - name: urgent
    match: {priority: [urgent, immediate, critical, high, "80", "100"]}
    calendar: 24x7
    warn_at: [50%, 10m]
    targets:
      first_response: 1h
      next_response: 2h
      resolution: {within: 8h, on_reopen: restart}
      time_to_own: 90m
  - name: others
    match: all
    calendar: office
    targets:
      first_response: 2h
      next_response: 4h
      periodic_update: 6h
      resolution: 16h
      time_to_own: 4h
  - name: beside
    match: all
    also: true
    calendar: 24x7
    targets:
      looked-at: {kind: first_response, within: 30m, notes_count: true}
      wait: {kind: requester_wait, within: 1d}
      for-good: {kind: first_resolution, within: {business_days: 2}, calendar: office}
      back: {kind: custom, within: 3h, start_on: reopened, stop_on: [agent_message, solved], repeat: true}
"""


def _judge() -> Judge:
    loaded = read_texts({"rules.yml": _RULES})
    assert loaded.rules is not None, loaded.render()
    return Judge(loaded.rules)


_JUDGE = _judge()


def assert_same_verdicts(kept: Mapping[str, Ticket], done: Mapping[str, Ticket]) -> int:
    """Of both histories the same is said at every instant at which something may turn; how many verdicts that were."""
    compared = 0
    for id, ticket in done.items():
        for at in _turns(ticket):
            said = [as_dict(one) for one in _JUDGE.verdicts(kept[id], at)]
            assert said == [as_dict(one) for one in _JUDGE.verdicts(ticket, at)], f"ticket {id} at {at}"
            compared += len(said)
    return compared


def _turns(ticket: Ticket) -> Iterator[Instant]:
    """Around each event, between any two, and long after the last."""
    events = sorted({ticket.created_at, *(event.at for event in ticket.events)})
    for at in events:
        yield from (at - SECOND, at, at + SECOND)
    yield from ((one + other) // 2 for one, other in pairwise(events))
    yield from (events[-1] + span for span in (MINUTE, HOUR, DAY, 30 * DAY))


def assert_sound_verdicts(kept: Ticket, written: Written, looks: Sequence[Instant]) -> Counter[str]:
    """Of a history with instants that are known between two looks only: how often each confidence was right.

    `exact`: all that is said is so. `bounded`: the status is. `undetermined`: it is no worse than what is said. Nothing
    can be asked of a ticket on which something went back and forth between two looks: such tickets are counted.
    """
    if written.hides_something(looks):
        return Counter({"tickets left out": 1})
    done, found = written.as_ticket(kept.id), Counter[str]()
    for at in looks:
        true = {(one.target, one.cycle): one for one in _JUDGE.verdicts(done, at)}
        said = {(one.target, one.cycle): one for one in _JUDGE.verdicts(kept, at)}
        doubtful = {key for key, one in said.items() if one.confidence == "undetermined"}
        where = f"ticket {kept.id} at {at}: {kept.events} but {done.events}"
        assert set(true) - doubtful == set(said) - doubtful, where
        for key, one in said.items():
            found[one.confidence] += 1
            if key in true:
                _assert_sound(one, true[key], f"{one} but {true[key]}, {where}")
    return found


def _assert_sound(said: Verdict, true: Verdict, where: str) -> None:
    if said.confidence == "exact":
        assert as_dict(said) == as_dict(true), where
    elif said.confidence == "bounded":
        assert said.status == true.status, where
    else:
        assert said.badness >= true.badness, where
