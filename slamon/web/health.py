"""How the service is: said the same way to supervisors, people and `slamon status`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Health:
    """`ready`: it can do its work. `problems`: what a person should look at, each a sentence that names its place."""

    ready: bool
    problems: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)

    @property
    def status(self) -> str:
        if not self.ready:
            return "not ready"
        return "degraded" if self.problems else "ok"
