"""PostgreSQL's data folder: made whole or not at all, cleared after a crash, kept aside where a server cannot start from it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil

from streamlings import wait
from streamlings.errors import ServerCrashed
from streamlings.servers.postgres_programs import as_ordinary_user, binary, environment

NAME = "streamlings"  # of the user, its password and the database


def initialise(data: Path) -> None:
    """Make the folder: initdb works beside it, and the result is renamed. Raises ServerCrashed with what initdb said."""
    for unfinished in data.parent.glob(".initdb-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    building = Path(tempfile.mkdtemp(dir=data.parent, prefix=".initdb-"))
    as_user = as_ordinary_user(building)
    # PostgreSQL's own C.UTF-8 sorts by code point on every system, and knows the upper case of ü. `trust` takes any password.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    argv = [*as_user, str(binary("initdb")), "-D", str(building), f"--username={NAME}", "--auth=trust", *locale]
    done = subprocess.run(argv, capture_output=True, text=True, env=environment(), cwd=data.parent)
    if done.returncode != 0:
        shutil.rmtree(building, ignore_errors=True)
        raise ServerCrashed(
            "PostgreSQL's data folder could not be made",
            details=(done.stdout + done.stderr)[-2000:],
            hint="`./streamlings doctor` looks at memory, disk and ports",
        )
    building.rename(data)


def clear_after_crash(data: Path) -> None:
    """After SIGKILL its helpers live on for a moment and hold the shared memory; after a crash of the machine the pid in
    postmaster.pid may be anybody's. A server's processes have the data folder as working directory: that tells them."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    wait.until(lambda: not _processes(data), deadline_s=2)
    for left in _processes(data):
        left.kill()
    wait.until(lambda: not _processes(data), deadline_s=5)
    lock.unlink(missing_ok=True)


def set_aside(data: Path) -> Path:
    """Move data that a server could not start from to `data.unreadable-N` beside it; its new path."""
    aside = next(p for n in range(1, 1000) if not (p := data.parent / f"data.unreadable-{n}").exists())
    data.rename(aside)
    return aside


def _processes(data: Path) -> list[psutil.Process]:
    found = []
    for candidate in psutil.process_iter():
        try:
            if candidate.name().startswith("postgres") and Path(candidate.cwd()) == data:
                found.append(candidate)
        except (psutil.Error, OSError):  # ended meanwhile, a zombie, or not ours to look at
            continue
    return found
