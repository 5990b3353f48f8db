"""Where things are. Nothing is written outside the repository but one cache folder."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The clone: holds lessons/, solutions/ and the learner's work/."""


def course_root() -> Path:
    """The folder whose lessons/ and solutions/ are used: the clone, or `STREAMLINGS_COURSE` (the tool's own tests)."""
    return Path(os.environ.get("STREAMLINGS_COURSE", ROOT)).resolve()


def work_folder() -> Path:
    """The learner's copies and progress: `work/` beside lessons/."""
    return course_root() / "work"


def state_folder() -> Path:
    """What belongs to this clone's running lab: `.streamlings/` (or `STREAMLINGS_STATE`), safe to delete when it is down."""
    return Path(os.environ.get("STREAMLINGS_STATE", ROOT / ".streamlings")).resolve()


def cache_folder() -> Path:
    """Downloads shared by every clone of this user (or `STREAMLINGS_CACHE`), safe to delete at any time."""
    override = os.environ.get("STREAMLINGS_CACHE")
    if override:
        return Path(override).resolve()
    import platformdirs  # here: a pack is read before any package is installed

    return Path(platformdirs.user_cache_dir("streamlings", appauthor=False))


def packed_site() -> Path:
    """The site, built, where this clone was set up from a pack that had it."""
    return ROOT / ".streamlings" / "site"


def real(path: Path) -> Path:
    """Where a path leads, links followed; also one that leads nowhere, or in a circle."""
    return Path(os.path.realpath(path))


def shown(path: Path) -> str:
    """A path as people type it: relative to the current folder where it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
