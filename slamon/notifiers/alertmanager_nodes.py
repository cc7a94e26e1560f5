"""The nodes of an Alertmanager: alerts are not passed on between them, so that each must be told everything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
import structlog

from slamon.core.instants import SECOND, Span
from slamon.notifiers.http import Answer, post_json
from slamon.ports import Reason, SendError
from slamon.secrets import Secret

log = structlog.get_logger()

_FAILURES = 3  # in a row, and a node is left alone for a while
_FIRST_PAUSE: Span = 10 * SECOND
_LONGEST_PAUSE: Span = 300 * SECOND
_REFUSED = {400, 405, 410, 413, 415, 422}


@dataclass(slots=True)
class Node:
    """One of them: `name` is how it is called in messages; the clock is the loop's, in seconds."""

    name: str
    address: Secret
    failures: int = 0
    rests_until: float = 0.0

    async def post(
        self,
        session: aiohttp.ClientSession,
        bodies: Sequence[bytes],
        headers: dict[str, str],
        deadline: float,
    ) -> SendError | None:
        """All of the bodies, one after the other; what the first failure was."""
        problem = None
        for body in bodies:
            if problem := await self._attempt(session, body, headers, deadline):
                break
        self._settle(problem)
        return problem

    async def _attempt(
        self, session: aiohttp.ClientSession, body: bytes, headers: dict[str, str], deadline: float
    ) -> SendError | None:
        try:
            answer = await post_json(session, self.address, body, deadline, headers, status_is_enough=True)
        except SendError as error:
            return error
        return None if answer.status == 200 else _failure(answer)

    def _settle(self, problem: SendError | None) -> None:
        """A fault is logged once, its recovery once."""
        if problem is None:
            if self.failures >= _FAILURES:
                log.warning("an Alertmanager is back", node=self.name)
            self.failures = 0
            self.rests_until = 0.0
            return
        self.failures += 1
        over = self.failures - _FAILURES
        if over == 0:
            log.warning("an Alertmanager does not take alerts", node=self.name, problem=str(problem))
        if over >= 0:
            pause = min(_FIRST_PAUSE * 2 ** min(over, 10), _LONGEST_PAUSE)
            self.rests_until = asyncio.get_running_loop().time() + pause / SECOND


async def post_to_all(
    nodes: Sequence[Node],
    session: aiohttp.ClientSession,
    bodies: Sequence[bytes],
    headers: dict[str, str],
    deadline: float,
) -> None:
    """Return once each has answered and at least one took it all; else SendError, final only if it is for all."""
    problems = await asyncio.gather(*(node.post(session, bodies, headers, deadline) for node in nodes))
    failures = [problem for problem in problems if problem is not None]
    if len(failures) == len(nodes):
        raise _together(nodes, failures)


def _together(nodes: Sequence[Node], failures: Sequence[SendError]) -> SendError:
    passing = [one for one in failures if not one.permanent]
    waits = [one.retry_after for one in passing if one.retry_after is not None]
    return SendError(
        (passing or failures)[0].reason,
        "no node took it: " + "; ".join(f"{node.name}: {one}" for node, one in zip(nodes, failures, strict=True)),
        permanent=not passing,
        retry_after=min(waits, default=None),
        unknown=any(one.unknown for one in failures),
    )


def _failure(answer: Answer) -> SendError:
    status = answer.status
    if status == 429 or status >= 500:
        reason = Reason.RATE_LIMITED if status == 429 else Reason.SERVER_ERROR
        return SendError(reason, f"it answered {status}", retry_after=answer.retry_after)
    reason = Reason.UNAUTHORIZED if status in (401, 403) else Reason.REJECTED
    return SendError(reason, f"it answered {status}", permanent=status in _REFUSED)
