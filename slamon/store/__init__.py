"""The state of the service in a database: the only place that knows SQL."""

from slamon.store.snapshot import stored_histories, stored_sources
from slamon.store.sqlite import SqliteStore

__all__ = ["SqliteStore", "stored_histories", "stored_sources"]
