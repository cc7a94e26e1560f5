"""The ways to tell people. Each kind is one module that translates a message into its own format and sends it."""

from slamon.notifiers.registry import Kind, kinds, load, make

__all__ = ["Kind", "kinds", "load", "make"]
