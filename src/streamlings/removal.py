"""Removes a folder for certain, whatever a program has made in it."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder, and all in it: also folders that nobody may write to, and those that lie too deep to be named by a path. Links are
    removed, never followed. What the system does not let go stays."""
    if folder.is_symlink():
        folder.unlink()
    if not folder.is_dir():
        return
    mine = secrets.token_hex(4)
    waiting = [folder]
    moved = 0
    for here in waiting:
        with suppress(OSError):
            here.chmod(0o700)
        for entry in _entries(here):
            with suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)  # a folder that is moved is written to
                above = folder / f"{mine}-{moved}"
                os.rename(entry.path, above)  # so none is ever deep
                moved += 1
                waiting.append(above)
    for each in reversed(waiting):
        with suppress(OSError):
            each.rmdir()


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
