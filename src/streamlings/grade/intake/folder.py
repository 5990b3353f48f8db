"""A submission that lies in a folder. Links are followed only to where they stay inside; nothing but ordinary files is opened."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from streamlings.grade.intake.files import DEPTH, FILE_BYTES, File, Files, Refused, passed_over, too_large


def files_of(root: Path) -> Files:
    """The files below `root`. Raises Refused where it cannot be read, or there are too many."""
    files = Files()
    _walk(root, root.resolve(), (), files)
    return files


def read(path: Path) -> bytes:
    """The bytes of an ordinary file. Raises Refused. Neither a link that was put there meanwhile nor a pipe is waited for."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as e:
        raise Refused(f"cannot be opened: {e.strerror}") from e
    with os.fdopen(opened, "rb") as file:
        seen = os.fstat(opened)
        if not stat.S_ISREG(seen.st_mode):
            raise Refused("is no ordinary file")
        if seen.st_size > FILE_BYTES:
            raise too_large(seen.st_size)
        data = file.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        raise too_large(len(data))
    return data


def _walk(root: Path, inside: Path, parts: tuple[str, ...], files: Files) -> None:
    try:
        entries = sorted(os.scandir(root.joinpath(*parts)), key=lambda e: e.name)
    except OSError as e:
        if not parts:
            raise Refused(f"cannot be read: {e.strerror}") from e
        files.refuse("/".join(parts), f"cannot be read: {e.strerror}", unread=True)
        return
    for entry in entries:
        here = (*parts, entry.name)
        if entry.is_symlink():
            _link(root, inside, here, files)
        elif entry.is_dir(follow_symlinks=False):
            if passed_over(entry.name):
                continue
            if len(here) > DEPTH:
                files.refuse("/".join(here), f"lies deeper than {DEPTH} folders", unread=True)
            else:
                _walk(root, inside, here, files)
        elif entry.is_file(follow_symlinks=False):
            files.add(File(here, lambda path=Path(entry.path): read(path)))  # type: ignore[misc]
        else:
            files.refuse("/".join(here), "is neither a file nor a folder")


def _link(root: Path, inside: Path, here: tuple[str, ...], files: Files) -> None:
    """A link to a file of the same submission stands for that file; any other is refused."""
    try:
        target = root.joinpath(*here).resolve(strict=True)
    except (OSError, RuntimeError):
        files.refuse("/".join(here), "is a link to nothing")
        return
    if not target.is_relative_to(inside):
        files.refuse("/".join(here), "is a link that leads out of the submission")
    elif target.is_file():
        files.add(File(here, lambda: read(target)))
