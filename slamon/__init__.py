"""slamon keeps promises to customers: it watches tickets and alerts before a promise is broken."""

__version__ = "0.1.0"
