"""A ticket that somebody names and that is not there: said the same at every endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from slamon.ports import Store
from slamon.rulefile.suggest import did_you_mean, listed, nearest, quoted
from slamon.web.problems import Problem, Unwilling

_COMPARED = 2_000  # ids


async def no_ticket(store: Store, id: str, sources: Sequence[str], key: str) -> Unwilling:
    """That none of these sources has it (404), and an open ticket that looks like it. `key`: of the request."""
    each, known = _COMPARED // (2 * len(sources)), list[str]()
    for source in sources:
        for after in (id[: len(id) // 2], ""):  # those that begin alike, and where there are not many all of them
            known += await store.open_tickets(source, after, each)
    near = await asyncio.to_thread(nearest, id, known)
    help = did_you_mean(near) or "write the id that its source gives it"
    return Unwilling(404, [Problem(f"there is no ticket {quoted(id)} in {listed(sources)}", help, key)])
