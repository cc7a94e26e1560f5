"""Who a customer is, who an assignee is. Each kind is one module that reads entries from where they are kept."""

from slamon.directories.registry import Kind, Surroundings, kinds, load

__all__ = ["Kind", "Surroundings", "kinds", "load"]
