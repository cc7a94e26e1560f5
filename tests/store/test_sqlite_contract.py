"""SqliteStore keeps the promises of ports.Store."""

from tests.store.contract.concurrency import ConcurrencyContract
from tests.store.contract.deliveries import DeliveryContract
from tests.store.contract.figures import FiguresContract
from tests.store.contract.judging import JudgingContract
from tests.store.contract.model import ModelContract
from tests.store.contract.notifications import NotificationContract
from tests.store.contract.standing import StandingContract
from tests.store.contract.tickets import TicketContract
from tests.store.contract.watching import WatchingContract


class TestTickets(TicketContract): ...


class TestJudging(JudgingContract): ...


class TestDeliveries(DeliveryContract): ...


class TestNotifications(NotificationContract): ...


class TestStanding(StandingContract): ...


class TestWatching(WatchingContract): ...


class TestFigures(FiguresContract): ...


class TestConcurrency(ConcurrencyContract): ...


class TestModel(ModelContract): ...
