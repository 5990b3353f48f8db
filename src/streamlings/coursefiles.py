"""The course's own files, and what a learner's program does to them: noticed by comparing, and mended.

Natively a program may write wherever its user may. What it changes in lessons/, solutions/ and src/ meanwhile is put back, and the check
has no verdict. The changed versions are kept in `.streamlings/changed/`, for somebody may have edited a lesson at that moment.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from streamlings.paths import ROOT, course_root, state_folder

Stamp = tuple[int, int, int]
BYTECODE = ".pyc"
CODE = (".py", ".toml", ".pth")
"""A new file counts as a change where it could be run or read as part of the course; an editor's swap file does not."""


class CourseFiles:
    """What the course's files hold when this is made; `mend` compares, as often as asked."""

    def __init__(self) -> None:
        self._folders = [course_root() / "lessons", course_root() / "solutions", ROOT / "src"]
        self._stamps = self._look()
        self._held: dict[str, bytes] = {}
        for path in self._stamps:
            if not path.endswith(BYTECODE) and not os.path.islink(path):  # the course has no links; an editor's lock may be one
                with suppress(FileNotFoundError):
                    self._held[path] = _content(path)

    def mend(self) -> list[str]:
        """Put back what was changed, deleted or added; which files that were, as paths below the course."""
        now = self._look()
        wrong = [path for path in self._held if path not in now or (now[path] != self._stamps[path] and not self._same(path))]
        added = [path for path in now.keys() - self._stamps.keys() if path.endswith(CODE)]
        for path, stamp in now.items():
            if path.endswith(BYTECODE) and self._stamps.get(path) != stamp:
                Path(path).unlink(missing_ok=True)  # written by whomever: Python makes it again
        for path in added:
            _keep_aside(Path(path))
        for path in wrong:
            self._restore(Path(path), self._held[path])
        return sorted(_named(Path(path)) for path in [*wrong, *added])

    def _look(self) -> dict[str, Stamp]:
        return {path: stamp for folder in self._folders if not folder.is_symlink() for path, stamp in _files(str(folder))}

    def _same(self, path: str) -> bool:
        """Whether it holds what it held, although its stamp is another (`touch`)."""
        return os.path.isfile(path) and not os.path.islink(path) and _content(path) == self._held[path]

    def _restore(self, path: Path, held: bytes) -> None:
        for parent in reversed(path.parents):
            inside = any(parent.is_relative_to(folder) for folder in self._folders)
            if inside and (parent.is_symlink() or (parent.exists() and not parent.is_dir())):
                _keep_aside(parent)
        _keep_aside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held)
        self._stamps[str(path)] = _stamp(path.lstat())


def _files(folder: str) -> Iterator[tuple[str, Stamp]]:
    """Every file below a folder, links included and not followed; none where there is no folder, or nobody may read it.

    Texts, not Paths: before and after each check a thousand are looked at, and to make their Paths takes longer than to read them.
    """
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
            continue
        with suppress(FileNotFoundError):  # an editor's own files come and go
            yield entry.path, _stamp(entry.stat(follow_symlinks=False))


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()


def _stamp(seen: os.stat_result) -> Stamp:
    """Changes with every change of the file: nobody can set a ctime."""
    return seen.st_ino, seen.st_size, seen.st_ctime_ns


def _keep_aside(path: Path) -> None:
    if not path.exists() and not path.is_symlink():
        return
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")
    aside = state_folder() / "changed" / moment / _named(path)
    aside.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, aside)


def _named(path: Path) -> str:
    base = next((root for root in (course_root(), ROOT) if path.is_relative_to(root)), Path("/"))
    return str(path.relative_to(base))
