"""Kind roundup: issues of a Roundup tracker. Messages are dated; of all else only the present can be seen."""

from __future__ import annotations

