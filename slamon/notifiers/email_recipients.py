"""Who of several recipients still waits for a message, over the attempts to send it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slamon.notifiers.smtp import Refusal
from slamon.ports import Reason, SendError

_MOST = 1_000  # messages under way that are remembered; one forgotten goes to all of its recipients again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to: what the operator must be told besides, and why it must count as failed."""

    news: Sequence[str]
    failure: SendError | None


class Recipients:
    """The addresses of one notifier. In memory only: after a restart, a message put off goes to all of them again."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = tuple(dict.fromkeys(addresses))
        self._done: dict[str, dict[str, bool]] = {}  # message -> address -> whether it was taken
        self._refused: set[str] = set()  # known to whoever reads the log

    def waiting(self, message: str, to: str | None = None) -> list[str]:
        """Whom a message must still reach: all of them, or the one that it is for."""
        done = self._done.get(message, {})
        return [address for address in ((to,) if to else self._addresses) if address not in done]

    def settle(self, message: str, accepted: Sequence[str], refused: Sequence[Refusal]) -> Outcome:
        """Take note of an attempt: a passing failure while somebody is put off, a final one if nobody took it."""
        final = [refusal for refusal in refused if refusal.permanent]
        put_off = [refusal for refusal in refused if not refusal.permanent]
        done = self._done.pop(message, {}) | dict.fromkeys(accepted, True) | {one.address: False for one in final}
        taken = sum(done.values())
        if put_off:
            self._remember(message, done)
            have = f"; {taken} of {len(done) + len(put_off)} have it" if taken else ""
            failure = SendError(Reason.SERVER_ERROR, f"put off: {_names(put_off)}{have}")
            return Outcome(self._news(accepted, final), failure)
        if not taken:
            reason = Reason.UNAUTHORIZED if all(one.code in {530, 535} for one in final) else Reason.NO_RECIPIENT
            return Outcome((), SendError(reason, f"refused for good: {_names(final)}", permanent=True))
        return Outcome(self._news(accepted, final), None)

    def _remember(self, message: str, done: dict[str, bool]) -> None:
        self._done[message] = done
        while len(self._done) > _MOST:
            del self._done[next(iter(self._done))]

    def _news(self, accepted: Sequence[str], final: Sequence[Refusal]) -> list[str]:
        """Each fault once, each recovery once."""
        new = [refusal for refusal in final if refusal.address not in self._refused]
        back = sorted(self._refused.intersection(accepted))
        self._refused = (self._refused | {refusal.address for refusal in new}).difference(back)
        told = [f"recipients refused for good, while others are served: {_names(new)}"] if new else []
        return told + ([f"recipients taken again: {', '.join(back)}"] if back else [])


def _names(refused: Sequence[Refusal]) -> str:
    shown = [str(refusal) for refusal in refused[:3]]
    return ", ".join(shown) + (f" and {len(refused) - 3} more" if len(refused) > 3 else "")
