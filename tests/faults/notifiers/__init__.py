"""The rows of the group Notifiers."""

from __future__ import annotations

from tests.faults.notifiers.floods import ROWS as FLOODS
from tests.faults.notifiers.hooks import ROWS as HOOKS
from tests.faults.notifiers.meanwhile import ROWS as MEANWHILE
from tests.faults.notifiers.mirrors import ROWS as MIRRORS
from tests.faults.notifiers.reach import ROWS as REACH
from tests.faults.notifiers.slack import ROWS as SLACK
from tests.faults.notifiers.smtp import ROWS as SMTP
from tests.faults.notifiers.texts import ROWS as TEXTS

_KINDS = (SLACK, REACH, SMTP, HOOKS, MIRRORS, FLOODS, MEANWHILE, TEXTS)
ROWS = [row for rows in _KINDS for row in rows]
NOT_APPLICABLE: dict[str, str] = {}
