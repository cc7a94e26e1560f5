"""For whoever runs slamon: is it well, do the sources tell it everything, does everybody get his alerts."""

from __future__ import annotations

from boards import dashboard as made
from boards import label_values
from delivery import delivery
from health import health
from panels import Json
from sources import sources


def dashboard() -> Json:
    return made(
        "slamon-operations",
        "slamon: operations",
        "Is slamon well, do the sources tell it everything, does everybody get his alerts.",
        [("Health", health()), ("Sources", sources()), ("Delivery", delivery())],
        [
            label_values("job", "slamon_build_info"),
            label_values("source", "slamon_source_up"),
            label_values("notifier", "slamon_delivery_oldest_seconds"),
        ],
        [("slamon: promises", "/d/slamon-promises")],
        "now-6h",
    )
