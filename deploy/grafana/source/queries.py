"""The expressions that occur again and again. `where` is what stands between braces, `by` the labels that stay."""

from __future__ import annotations


def rise(metric: str, by: str = "", where: str = "") -> str:
    """By how much counters grew from one point of the panel to the next."""
    return _sum(f"increase({metric}{_braced(where)}[$__rate_interval])", by)


def rate(metric: str, by: str = "", where: str = "") -> str:
    """How fast counters grow, a second."""
    return _sum(f"rate({metric}{_braced(where)}[$__rate_interval])", by)


def now(aggregation: str, metric: str, by: str = "", where: str = "") -> str:
    """What gauges say, together."""
    return f"{aggregation}{_by(by)} ({metric}{_braced(where)})" if by else f"{aggregation}({metric}{_braced(where)})"


def share(quantile: float, histogram: str, by: str, where: str = "") -> str:
    """Below what this share of all observations lie, told from the buckets."""
    return f"histogram_quantile({quantile}, {rate(f'{histogram}_bucket', f'{by}, le', where)})"


def _sum(inner: str, by: str) -> str:
    return f"sum{_by(by)} ({inner})" if by else f"sum({inner})"


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""


def _braced(where: str) -> str:
    return f"{{{where}}}" if where else ""
