"""What people have said about the alerts of tickets, as the core wants it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slamon.core.instants import Instant
from slamon.core.standing import NOTHING_SAID, Silence, Standing
from slamon.ports import Home, SilenceRow, Store

ReadSilences = Callable[[Sequence[SilenceRow]], tuple[Silence, ...]]  # without those that cannot be read


class Standings:
    """Acknowledgements and silences out of the store."""

    def __init__(self, store: Store, read_silences: ReadSilences) -> None:
        self._store = store
        self._read_silences = read_silences
        self._rows: list[SilenceRow] = []
        self._silences: tuple[Silence, ...] = ()

    async def of(self, tickets: Sequence[Home], now: Instant) -> Callable[[Home], Standing]:
        """What holds for each of some tickets at an instant."""
        acks = await self._store.acks(tickets)
        silences = self._read(list(await self._store.silences(now)))
        if not acks and not silences:
            return lambda _home: NOTHING_SAID
        return lambda home: Standing(acks.get(home, ()), silences)

    def _read(self, rows: list[SilenceRow]) -> tuple[Silence, ...]:
        """Read again only when they are others."""
        if rows != self._rows:
            self._rows, self._silences = rows, self._read_silences(rows)
        return self._silences
