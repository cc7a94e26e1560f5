"""Files that somebody named, and that may be anything."""

from __future__ import annotations

from pathlib import Path


def contents(path: Path, most: int) -> bytes:
    """A whole plain file of up to `most` bytes; OSError, and ValueError for any other, which goes on after its name."""
    if path.exists() and not path.is_file():  # a pipe would keep us waiting, and a device never end
        raise ValueError("is not a plain file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"is larger than {f'{most >> 20} MiB' if most >> 20 else f'{most >> 10} KiB'}")
    return data
