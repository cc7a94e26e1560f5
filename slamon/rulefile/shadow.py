"""Policies and routes that can never be reached, because an earlier one takes everything that they would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from slamon.core.match import AllOf, AnyOf, Compare, Contains, Entry, Except, Exists, Match, Not, OneOf, Regex, text_of

Mark = Hashable  # equal for matches that are written alike, whatever the order


class Matching(Protocol):
    """A policy, or a route."""

    @property
    def match(self) -> Match: ...


T = TypeVar("T", bound=Matching)


@dataclass(frozen=True, slots=True)
class _Entries(Generic[T]):
    """The conditions of a match, each of which must hold."""

    number: int
    owner: T
    values: tuple[tuple[str, OneOf], ...]  # a field is one of some values
    exclusions: tuple[tuple[str, OneOf], ...]  # or none of them
    others: frozenset[Mark]
    texts: frozenset[Mark]  # every (field, value) of the first sort
    needed: frozenset[Mark]  # those of fields with a single value, which a match that implies this one must have too

    def shelves(self) -> list[list[Mark]]:
        """For each condition: where to put this match so that every later match that has it finds it there."""
        by_value: list[list[Mark]] = [[(field, text) for text in _texts(one)] for field, one in self.values]
        by_exclusion: list[list[Mark]] = [
            [("not", field, min(map(str, _texts(one))))] for field, one in self.exclusions
        ]
        return by_value + by_exclusion + [[("mark", mark)] for mark in self.others]

    def looked_up(self, common: Counter[Mark]) -> Iterable[Mark]:
        """Where earlier matches stand of which this one may fulfil a condition; as few places as will do."""
        for field, one in self.values:
            yield min(((field, text) for text in _texts(one)), key=lambda key: common[key])
        for field, one in self.exclusions:
            yield from (("not", field, str(text)) for text in _texts(one))
        for mark in self.others:
            yield "mark", mark


def find_shadowed(owners: Sequence[T], takes: Callable[[T], bool]) -> list[tuple[T, T]]:
    """Pairs of one that is never reached and the first earlier one that shadows it. Only what `takes` can shadow."""
    all_entries = [_entries(number, owner) for number, owner in enumerate(owners)]
    common: Counter[Mark] = Counter(key for entries in all_entries for shelf in entries.shelves() for key in shelf)
    index: dict[Mark, list[_Entries[T]]] = {}
    everything: T | None = None
    found: list[tuple[T, T]] = []
    for entries in all_entries:
        shadow = _shadow(entries, index, common) or everything
        if shadow is not None:
            found.append((entries.owner, shadow))
            continue
        if not takes(entries.owner):
            continue
        shelves = entries.shelves()
        if not shelves:
            everything = entries.owner
            continue
        for key in min(shelves, key=lambda shelf: sum(common[key] for key in shelf)):
            index.setdefault(key, []).append(entries)
    return found


def _shadow(later: _Entries[T], index: dict[Mark, list[_Entries[T]]], common: Counter[Mark]) -> T | None:
    candidates = {earlier.number: earlier for key in later.looked_up(common) for earlier in index.get(key, ())}
    for number in sorted(candidates):
        if candidates[number].needed <= later.texts and _implies(later, candidates[number]):
            return candidates[number].owner
    return None


def _implies(later: _Entries[T], earlier: _Entries[T]) -> bool:
    """Whether every condition of the earlier match follows from one of the later."""
    return (
        earlier.others <= later.others
        and all(
            any(name == field and _within(inner, outer) for name, inner in later.values)
            for field, outer in earlier.values
        )
        and all(
            any(name == field and _within(outer, inner) for name, inner in later.exclusions)
            for field, outer in earlier.exclusions
        )
    )


def _within(inner: OneOf, outer: OneOf) -> bool:
    """Whether whatever equals one of the inner values equals one of the outer ones."""
    return (
        inner.texts <= outer.texts
        and (outer.absent or not inner.absent)
        and all(number in outer.numbers or text_of(number) in outer.texts for number in inner.numbers)
    )


def _texts(one: OneOf) -> Iterable[str | None]:
    return [*one.texts, None] if one.absent else one.texts


def _entries(number: int, owner: T) -> _Entries[T]:
    values: list[tuple[str, OneOf]] = []
    exclusions: list[tuple[str, OneOf]] = []
    others: set[Mark] = set()
    for match in _flat(owner.match):
        if isinstance(match, Entry) and isinstance(match.test, OneOf):
            values.append((match.field, match.test))
        elif isinstance(match, Entry) and isinstance(match.test, Except):
            exclusions.append((match.field, match.test.values))
        else:
            others.add(_mark(match))
    texts = [frozenset((field, text) for text in _texts(one)) for field, one in values]
    needed = frozenset(mark for marks in texts if len(marks) == 1 for mark in marks)
    return _Entries(
        number, owner, tuple(values), tuple(exclusions), frozenset(others), frozenset().union(*texts), needed
    )


def _flat(match: Match) -> Iterable[Match]:
    """The conditions of nested `all`s, side by side."""
    waiting = [match]
    while waiting:
        one = waiting.pop()
        if isinstance(one, AllOf):
            waiting += one.matches
        else:
            yield one


def _mark(match: Match) -> Mark:
    if isinstance(match, AllOf):
        return "all", frozenset(map(_mark, match.matches))
    if isinstance(match, AnyOf):
        return "any", frozenset(map(_mark, match.matches))
    if isinstance(match, Not):
        return "not", _mark(match.match)
    return (match.field, _test_mark(match.test)) if isinstance(match, Entry) else id(match)


def _test_mark(test: object) -> Mark:
    if isinstance(test, Regex):
        return "regex", test.source
    if isinstance(test, Contains):
        return "all", frozenset(test.each)
    if isinstance(test, (OneOf, Except, Exists, Compare)):
        return test
    return id(test)
