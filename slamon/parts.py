"""Making the parts of the service from its settings."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slamon import directories, notifiers, sources
from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import SECOND
from slamon.core.judge import Judge
from slamon.core.match import EVERYTHING
from slamon.core.policy import Place, Rules
from slamon.core.routes import Recipient, Route, RouteStep, Routing
from slamon.core.ticket import Ticket
from slamon.directories.keeper import Keeper, Usage
from slamon.flow.collect import Collector
from slamon.flow.deliver import Deliverer, Knowledge, Manners
from slamon.flow.judge import Address, Join, JudgeLoop
from slamon.flow.receive import Receiver
from slamon.flow.standing import Standings
from slamon.metrics import Metrics
from slamon.ports import Notifier, Pushed, Source, Store
from slamon.replaying import ServiceTime
from slamon.settings import DirectorySettings, NotifierSettings, Rate, Settings, SourceSettings
from slamon.silences import silences_of
from slamon.sources.webhook import WebhookSettings

DEFAULT_ROUTE = Route(
    "console", EVERYTHING, (RouteStep(("at_risk", "breached"), (Recipient("console"),), Place("built in", 1, 1)),)
)
_USUAL_RATES = {"slack": Rate(1, SECOND)}  # what the other side takes for ever, by the kind of notifier


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the parts have in common. `changed` wakes the judge, `queued` the deliverer of a notifier."""

    settings: Settings
    rules: Rules
    version: str  # of the rules
    store: Store
    clock: ServiceTime
    metrics: Metrics
    changed: asyncio.Event
    queued: Mapping[str, asyncio.Event]

    def assessor(self) -> Assessor:
        """The engine, with the console as the route of last resort."""
        speed, footer = self.clock.speed, None
        if speed > 1:
            footer = f"replay at {speed} times the speed: the times shown are the replay's"
        routing = Routing(self.rules.routes or (DEFAULT_ROUTE,), self.rules.quiet)
        settings, alerts = self.settings, self.settings.alerts
        return Assessor(
            Judge(self.rules), routing, alerts.horizon, alerts.realert_after, settings.zone, footer, settings.web.url
        )

    def standings(self) -> Standings:
        return Standings(self.store, silences_of)

    def judge_loop(self, assessor: Assessor, join: Join, address: Address) -> JudgeLoop:
        return JudgeLoop(
            assessor,
            self.store,
            self.clock.time,
            self.changed,
            self._wake_deliverers,
            self.metrics,
            self.version,
            self.standings(),
            join,
            address,
        )

    def _wake_deliverers(self) -> None:
        for event in self.queued.values():
            event.set()

    def notifier(self, one: NotifierSettings) -> Notifier:
        return notifiers.load(one.kind).notifier(one.name, one.options)

    def deliverer(self, notifier: Notifier, assessor: Assessor, knowledge: Knowledge, join: Join) -> Deliverer:
        return Deliverer(
            notifier,
            assessor,
            self.store,
            self.clock.time,
            self.queued[notifier.name],
            self.metrics,
            knowledge,
            self.standings(),
            self._manners(notifier.name),
            join,
            self._wake_deliverers,
        )

    def _manners(self, notifier: str) -> Manners:
        one = next(one for one in self.settings.notifiers if one.name == notifier)
        rate = one.rate or _USUAL_RATES.get(one.kind)
        alerts = self.settings.alerts
        return Manners(rate, alerts.per_ticket, one.fallback, alerts.send, self.clock.speed)

    async def source(self, one: SourceSettings) -> Source:
        """SourceError: it cannot be read at all now."""
        home = _tickets_of(one)

        async def known(ids: Sequence[str]) -> dict[str, Ticket]:
            stored = await self.store.load(home, ids)
            return {id: decode(found.body, home) for id, found in stored.items()}

        surroundings = sources.Surroundings(self.settings.folder, self.clock.time, self.clock.anchored_at, known)
        return await asyncio.to_thread(sources.load(one.kind).source, one.name, one.options, surroundings)

    def collector(self, source: Source, one: SourceSettings) -> Collector:
        return Collector(source, self.store, self.clock.time, self.changed, self.metrics, one.max_data_age)

    def receiver(self, source: Pushed, collectors: Mapping[str, Collector]) -> Receiver:
        """What takes the pushes to a source, whoever's tickets they bring."""
        self.metrics.expect_pushes(source.name)
        filed = collectors[source.tickets_of].filed
        return Receiver(source, filed, self.store, self.clock.time, self.metrics)

    async def keeper(self, one: DirectorySettings) -> Keeper:
        """SourceError: it cannot be read at all now."""
        surroundings = directories.Surroundings(self.settings.folder, self.clock.time, one.key)
        kind = directories.load(one.kind)
        source = await asyncio.to_thread(kind.directory, one.name, one.options, surroundings)
        usage = Usage(one.key, one.on, one.refresh, one.address)
        return Keeper(source, usage, self.store, self.clock.time, self.changed.set, self.metrics)


def _tickets_of(one: SourceSettings) -> str:
    """The source whose tickets a source brings."""
    return (isinstance(one.options, WebhookSettings) and one.options.source) or one.name
