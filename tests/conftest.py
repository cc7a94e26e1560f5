"""What all tests share: the reference data, the programs of other makers, and the rule that CI skips nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("steady", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("steady")

REQUIRE_ALL = os.environ.get("SLAMON_REQUIRE_ALL") == "1"
SHARED = Path(os.environ.get("SLAMON_SHARED") or Path(__file__).parents[2] / "shared")

# The program to look for where it is not named like its Debian package.
PROGRAMS = {
    "redmine": "/usr/share/redmine/bin/rails",
    "prometheus": "promtool",
    "exim4-daemon-light": "exim4",
    "request-tracker5": "rt-crontool-5",
}
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the reference data; only for tests marked `shared`."""
    return SHARED


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip(f"no reference data at {SHARED}: put it there, or say where it is with SLAMON_SHARED")
    for marker in item.iter_markers("peer"):
        package = marker.args[0]
        program = PROGRAMS.get(package, package)
        if not shutil.which(program, path=SYSTEM_PATH):
            pytest.skip(f"no {program} here: apt-get install {package}")


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Where everything is required, a skip is a failure that says what was missing."""
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"SLAMON_REQUIRE_ALL=1, yet this was skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
