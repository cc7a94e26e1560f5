"""The local socket: the door for people of this machine, beside the database and as private as it."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

MOST_BYTES = 103  # of a path; macOS takes no more, Linux 107


class NoLocalSocket(Exception):
    """The local socket cannot be had; the message says what to do."""


def listen(path: Path) -> socket.socket:
    """A socket bound to a path that only this user can reach, in place of one that nobody listens on any more."""
    if len(os.fsencode(path)) > MOST_BYTES:
        raise NoLocalSocket(f"{path} is too long for a socket: set storage.path to one shorter than {MOST_BYTES} bytes")
    _make_room(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
        path.chmod(0o600)  # before it listens: until then nobody is let in
        made.setblocking(False)
    except OSError as error:
        made.close()
        raise NoLocalSocket(f"{path} cannot be made: {error.strerror}; let this user write in {path.parent}") from None
    return made


def _make_room(path: Path) -> None:
    try:
        found = path.lstat()
    except OSError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise NoLocalSocket(f"{path} is in the way of the local socket: move it, or set another storage.path")
    if _is_listened_on(path):
        raise NoLocalSocket(f"another process listens on {path}: stop it, or set another storage.path")
    path.unlink(missing_ok=True)


def _is_listened_on(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
