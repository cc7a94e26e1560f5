"""Notifiers that show what is so now are told all that stands again and again: one that forgot knows it soon."""

from __future__ import annotations

from slamon.core.message import Covered
from slamon.flow.look import Looker
from slamon.flow.observe import Fault, log
from slamon.ports import Mirrors, SendError, Store, StoreError

_AT_ONCE = 500


class Mirror:
    """One such notifier. `sync` is called about once a minute; faults are told once, not raised."""

    def __init__(self, name: str, notifier: Mirrors, store: Store, looker: Looker) -> None:
        self.name = name
        self._notifier = notifier
        self._store = store
        self._looker = looker
        self._fault = Fault("showing what stands", notifier=name)

    async def sync(self) -> None:
        try:
            await self._notifier.sync(await self._standing())
        except (SendError, StoreError) as error:
            self._fault.broke(str(error))
        except Exception as error:
            log.exception("notifier is defective", notifier=self.name)
            self._fault.broke(f"defect: {type(error).__name__}")
        else:
            self._fault.works()

    async def _standing(self) -> list[Covered]:
        """All that this notifier was told of and that is so still; of a commitment told of twice the last state."""
        found: dict[tuple[str, str, str, str, int], Covered] = {}
        last = 0
        while told := await self._store.told_and_open(self.name, last, _AT_ONCE):
            last = told[-1].id
            looked = await self._looker.look(told, reread=False)
            for one in (covered for _, message in looked.true for covered in message.covers):
                found[one.source, one.ticket, one.policy, one.target, one.cycle] = one
        return list(found.values())
