"""What slamon init wrote, tried out."""

from __future__ import annotations

from pathlib import Path

import pytest

from slamon.commands import test as testing
from slamon.commands.check import check
from slamon.commands.exits import Exit

HTTP = "https://desk.example"
SECRETS = {
    "DJANGO_HELPDESK_PASSWORD": "hush",
    "GITHUB_TOKEN": "hush",
    "REDMINE_KEY": "hush",
    "ROUNDUP_PASSWORD": "hush",
    "RT_TOKEN": "hush",
    "WEBHOOK_SECRET": "whsec_" + "c2xhbW9u" * 4,
    "NOTIFY_WEBHOOK_SECRET": "whsec_" + "c2xhbW9u" * 4,
    "NOTIFY_WEBHOOK_URL": "https://hook.example/1",
    "PAGERDUTY_KEY": "0123456789abcdef" * 2,
    "SLACK_WEBHOOK": "https://hooks.slack.com/services/1",
    "EMAIL_PASSWORD": "hush",
}


def passes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert check(folder / "slamon.yml", None, strict=True, format="text") is Exit.FINE
    assert testing.test(folder / "rules", "text", None) is Exit.FINE
