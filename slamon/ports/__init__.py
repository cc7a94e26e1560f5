"""What the flow needs from outside: Time, Source, Notifier, Store; and the errors that cross these borders."""

from slamon.ports.notifier import (
    Notifier,
    Reason,
    SendError,
)
from slamon.ports.source import (
    Batch,
    DirectorySource,
    Finding,
    Measured,
    Probed,
    Pushed,
    Readings,
    Refused,
    Rereads,
    Source,
    SourceError,
)
from slamon.ports.store import (
    CommitmentRow,
    Delivery,
    Ending,
    Judgement,
    NewDelivery,
    SilenceRow,
    Store,
    StoredTicket,
    StoreError,
    StoreUnusable,
)
from slamon.ports.time import (
    Time,
)

__all__ = [
    "Batch",
    "CommitmentRow",
    "Delivery",
    "DirectorySource",
    "Ending",
    "Finding",
    "Judgement",
    "Measured",
    "NewDelivery",
    "Notifier",
    "Probed",
    "Pushed",
    "Readings",
    "Reason",
    "Refused",
    "Rereads",
    "SendError",
    "SilenceRow",
    "Source",
    "SourceError",
    "Store",
    "StoreError",
    "StoreUnusable",
    "StoredTicket",
    "Time",
]
