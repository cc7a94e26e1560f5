"""One process a database: a lock file beside it, held for life, with the holder's pid in it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from slamon.ports import StoreUnusable


class ProcessLock:
    """The lock of a database. The kernel lets go of it when its process dies, however it dies."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file: int | None = None

    def take(self) -> None:
        """Hold the lock, making the directory if need be; StoreUnusable names the process that has it."""
        file = self._open()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._holder(file)
            os.close(file)
            raise StoreUnusable(
                f"{self._database} is in use by {holder}; stop it, or give this one another storage.path"
            ) from None
        except OSError as error:
            os.close(file)
            raise StoreUnusable(
                f"{self._database}: its file system cannot lock files ({error.strerror}); put it on a local disk"
            ) from error
        self._file = file
        self._sign(file)

    def release(self) -> None:
        """Let go of it, if held. The file stays: whoever deletes it could delete another's."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _open(self) -> int:
        directory = self._database.parent
        try:
            directory.mkdir(parents=True, exist_ok=True)
            return os.open(f"{self._database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnusable(
                f"{self._database}: cannot write in the directory {directory} ({error.strerror}): "
                "let this user write there, or give another storage.path"
            ) from error

    def _sign(self, file: int) -> None:
        """Put our pid in place of the last holder's. On a full disk the lock holds without a name."""
        try:
            os.ftruncate(file, 0)
            os.pwrite(file, b"%d\n" % os.getpid(), 0)
        except OSError:
            return

    def _holder(self, file: int) -> str:
        pid = os.pread(file, 20, 0).strip()
        return f"process {pid.decode()}" if pid.isdigit() else "another process"
