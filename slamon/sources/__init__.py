"""Where tickets come from. Each kind is one module that translates what a system says into ticket histories."""

from slamon.sources.registry import Kind, Surroundings, kinds, load

__all__ = ["Kind", "Surroundings", "kinds", "load"]
