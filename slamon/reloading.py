"""What is said of settings and rules that cannot be used by a service that runs."""

from __future__ import annotations

import structlog

from slamon.replaying import speed_of
from slamon.settings import Settings
from slamon.web.problems import Problem

log = structlog.get_logger()

_TOLD = 50  # problems of one reload in the log
IN_PUBLIC = "reload: settings or rules cannot be used, and those from before are"  # nothing out of the files


class NotLoaded(Exception):
    """Settings or rules that cannot be used; `problems` are all that is wrong with them, and at least one."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(one.line for one in problems))

    @property
    def standing(self) -> str:
        """What those who may read are told besides, for as long as nothing else was loaded."""
        more = f" (the first of {len(self.problems):,}: see slamon check)" if len(self.problems) > 1 else ""
        return f"reload: {self.problems[0].line}{more}"

    def tell(self) -> None:
        """Log every problem; of very many the first ones."""
        lines = [one.line for one in self.problems[:_TOLD]]
        if len(self.problems) > _TOLD:
            lines.append(f"and {len(self.problems) - _TOLD:,} more: see slamon check")
        for line in lines:
            log.error("reload failed: everything goes on as before", error=line)


def check_fixed(now: Settings, wanted: Settings) -> None:
    """NotLoaded if that is changed which a running process cannot change."""
    pairs = {
        "storage.path": (now.storage, wanted.storage),
        "web.listen": ((now.web.host, now.web.port), (wanted.web.host, wanted.web.port)),
        "the speed of replays": (speed_of(now), speed_of(wanted)),
        "log": (now.log, wanted.log),
    }
    changed = [name for name, (before, after) in pairs.items() if before != after]
    if changed:
        message = f"{' and '.join(changed)} cannot change while slamon runs"
        raise NotLoaded(Problem(message, "put it back, or restart slamon"))
