"""Asking the parts of the service for what a scrape shows of this moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from slamon.flow.collect import Collector
from slamon.metrics.scrape import Moment, Scrape, SourceState
from slamon.ports import Figures, Store, StoreError


class Judging(Protocol):
    """A judge's loop."""

    @property
    def busy_for(self) -> float: ...


async def ask(store: Store, moment: Moment, collectors: Mapping[str, Collector], judge: Judging, beats: int) -> Scrape:
    """Everything at once; a store that does not answer is a finding, too. `beats`: those of the scheduler."""
    states = {name: SourceState(one.read_at, one.newest, one.readings) for name, one in collectors.items()}
    return Scrape(moment, await _figures(store), states, judge.busy_for, beats)


async def _figures(store: Store) -> Figures | None:
    try:
        return await store.figures()
    except StoreError:
        return None
