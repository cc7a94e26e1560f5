"""Making the parts of the service from its settings."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from slamon import directories, notifiers, sources
from slamon.core import monitoring
from slamon.core.assess import Assessor
from slamon.core.history import decode
from slamon.core.instants import SECOND, Span
from slamon.core.judge import Judge
from slamon.core.leads import Lead, shortest_lead
from slamon.core.match import EVERYTHING
from slamon.core.policy import Place, Rules
from slamon.core.routes import Recipient, Route, RouteStep, Routing
from slamon.core.ticket import Ticket
from slamon.directories.keeper import Keeper, Usage
from slamon.flow import watch
from slamon.flow.collect import Collector
from slamon.flow.deliver import Deliverer, Knowledge, Manners, Teller
from slamon.flow.judge import Address, Join, JudgeLoop
from slamon.flow.receive import Receiver
from slamon.flow.standing import Standings
from slamon.flow.tally import Customers
from slamon.flow.watch import Watch
from slamon.metrics import Metrics
from slamon.notifiers.receiver import HeartbeatReceiver
from slamon.ports import Notifier, Pushed, Source, SourceError, Store
from slamon.replaying import ServiceTime
from slamon.schedule import Schedule
from slamon.settings import DirectorySettings, NotifierSettings, Settings, SourceSettings
from slamon.silences import silences_of
from slamon.sources.webhook import WebhookSettings

DEFAULT_ROUTE = Route(
    "console", EVERYTHING, (RouteStep(("at_risk", "breached"), (Recipient("console"),), Place("built in", 1, 1)),)
)
_POLLS_MISSED = 3  # before data is stale, however short the promises


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
            Customers(frozenset(self.settings.metrics.customers)),
        )

    def _wake_deliverers(self) -> None:
        for event in self.queued.values():
            event.set()

    def notifier(self, one: NotifierSettings) -> Notifier:
        """ValueError: its template cannot be used."""
        return notifiers.make(one.kind, one.name, one.options, one.template)

    def deliverer(
        self, notifier: Notifier, assessor: Assessor, knowledge: Knowledge, join: Join, monitor: Teller
    ) -> Deliverer:
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
            {monitoring.SOURCE: monitor},
        )

    def _manners(self, notifier: str) -> Manners:
        one = next(one for one in self.settings.notifiers if one.name == notifier)
        rate = one.rate or notifiers.load(one.kind).rate
        alerts = self.settings.alerts
        return Manners(rate, alerts.per_ticket, one.fallback, alerts.send, self.clock.speed)

    def heartbeat(self) -> HeartbeatReceiver | None:
        return None if self.settings.heartbeat is None else HeartbeatReceiver(self.settings.heartbeat.url)

    def watch(
        self,
        assessor: Assessor,
        loop: JudgeLoop,
        schedule: Schedule,
        collectors: Mapping[str, Collector],
        deliverers: Mapping[str, Deliverer],
        receiver: HeartbeatReceiver | None,
    ) -> Watch:
        heartbeat, lead = self.settings.heartbeat, shortest_lead(self.rules)
        around = watch.Surroundings(
            store=self.store,
            time=self.clock.time,
            assessor=assessor,
            loop=loop,
            rules=self.version,
            standings=self.standings(),
            schedule=schedule,
            sources=collectors,
            freshness={one.name: _freshness(one, lead) for one in self.settings.sources},
            deliverers=deliverers,
            queued=self.queued,
            changed=self.changed,
            wake=self._wake_deliverers,
            observer=self.metrics,
            speed=self.clock.speed,
            beat=None if receiver is None else receiver.ping,
            every=60.0 if heartbeat is None else heartbeat.every / SECOND,
        )
        return Watch(around)

    async def source(self, one: SourceSettings) -> Source:
        """SourceError: it cannot be read at all now."""
        home = _tickets_of(one)

        async def known(ids: Sequence[str]) -> dict[str, Ticket]:
            stored = await self.store.load(home, ids)
            return {id: decode(found.body, home) for id, found in stored.items()}

        surroundings = sources.Surroundings(self.settings.folder, self.clock.time, self.clock.anchored_at, known)
        with _named(f"source {one.name}"):
            return await asyncio.to_thread(sources.load(one.kind).source, one.name, one.options, surroundings)

    def collector(self, source: Source, one: SourceSettings) -> Collector:
        return Collector(source, self.store, self.clock.time, self.changed, self.metrics, one.max_data_age)

    def receiver(self, source: Pushed, collectors: Mapping[str, Collector]) -> Receiver:
        """What takes the pushes to a source, whoever's tickets they bring."""
        filed = collectors[source.tickets_of].filed
        return Receiver(source, filed, self.store, self.clock.time, self.metrics)

    async def keeper(self, one: DirectorySettings) -> Keeper:
        """SourceError: it cannot be read at all now."""
        surroundings = directories.Surroundings(self.settings.folder, self.clock.time, one.key)
        kind = directories.load(one.kind)
        with _named(f"directory {one.name}"):
            source = await asyncio.to_thread(kind.directory, one.name, one.options, surroundings)
        usage = Usage(one.key, one.on, one.refresh, one.address)
        return Keeper(source, usage, self.store, self.clock.time, self.changed.set, self.metrics)


@contextmanager
def _named(what: str) -> Iterator[None]:
    """A SourceError says what cannot be: there may be several of a kind."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"{what}: {error}", permanent=error.permanent) from None


def _freshness(one: SourceSettings, lead: Lead | None) -> Span:
    """How old its data may be: never so old that a promise could be broken unseen; but it is read now and then only."""
    return one.max_data_age if lead is None else min(one.max_data_age, max(lead.span, _POLLS_MISSED * one.poll))


def _tickets_of(one: SourceSettings) -> str:
    """The source whose tickets a source brings."""
    return (isinstance(one.options, WebhookSettings) and one.options.source) or one.name
