"""Keys of the notifiers in these rows, and their other ends. Every secret is known, so that it can be sought wherever it must not stand."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from slamon.secrets import Secret
from tests.clock import ManualTime
from tests.faults.notifiers.mail import MailReceiver
from tests.faults.notifiers.nodes import AlertmanagerNode
from tests.faults.notifiers.receivers import slack, webhook

CANARY = "canary-T000-B000"
PASSWORD = "canary-pa55word"
SIGNING = "whsec_" + b64encode(b"canary-0123456789-abcdef").decode()
SECRETS = (CANARY, PASSWORD, b64encode(PASSWORD.encode()).decode().rstrip("="), SIGNING)
_RECEIVERS = {"slack": slack, "webhook": webhook, "email": MailReceiver, "alertmanager": AlertmanagerNode}


def receiver_of(kind: str, name: str, time: ManualTime) -> Any:
    """The server that a notifier of a kind talks to."""
    return _RECEIVERS[kind](name, time)


def options_of(kind: str, port: int, second: int = 0) -> dict[str, Any]:
    """What a notifier of a kind needs to reach a port; `second` is that of another Alertmanager."""
    if kind == "slack":
        return {"webhook": Secret(f"http://127.0.0.1:{port}/services/{CANARY}")}
    if kind == "email":
        return {"host": "127.0.0.1", "port": port, "sender": "slamon@example.com", "to": ("a@x.test",), "tls": "none"}
    if kind == "alertmanager":
        return {"urls": tuple(f"http://127.0.0.1:{one}" for one in (port, second))}
    return {"url": Secret(f"http://127.0.0.1:{port}/hooks/{CANARY}"), "secret": Secret(SIGNING)}
