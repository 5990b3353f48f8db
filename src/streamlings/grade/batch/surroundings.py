"""What surrounds a process that checks: the lab before it, its folder, its copy of the course, its environment; and what it leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from streamlings import wait
from streamlings.errors import LabError
from streamlings.grade.isolation.engine import end_cells
from streamlings.paths import ROOT, cache_folder, course_root
from streamlings.servers.java import BRIEF
from streamlings.servers.say import Say

WORKER = "streamlings.grade.batch.worker"
ARCHIVES = "cds"
"""What makes servers start faster (servers/java.py); what a lab of a batch adds to it goes with it."""
ENDS_S = 60.0
"""So long a lab may take to go down."""


def lock_of(folder: Path) -> Path:
    """What the process that checks with the lab of this folder holds until that is down."""
    return folder.with_name(f"{folder.name}.lock")


@dataclass(frozen=True)
class Surroundings:
    """Those of the lab with this number, whose state lies in `folder`."""

    folder: Path
    number: int
    isolated: bool

    def await_the_one_before(self, say: Say) -> None:
        """Where a batch was killed, the process that checked for it still takes this lab down. Raises LabError where that does not end."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        before = FileLock(lock_of(self.folder))
        with suppress(Timeout):
            before.acquire(timeout=0.1)
            before.release()
            return
        say(f"lab {self.number} of a batch that was killed is still going down; waiting for it")
        with suppress(Timeout):
            before.acquire(timeout=ENDS_S * wait.crowding())
            before.release()
            return
        running = [str(p.pid) for p in psutil.process_iter(["cmdline"]) if WORKER in (p.info["cmdline"] or [])]
        raise LabError(
            f"lab {self.number} of a batch that was killed has not gone down in {ENDS_S * wait.crowding():.0f} s",
            details=f"processes that check: {', '.join(running) or 'none'}",
            hint="end that process (kill -9), then --resume",
        )

    def clear(self) -> None:
        """End what a batch that was killed has left of this lab."""
        if self.isolated:
            end_cells(self.folder)
        if (self.folder / "lab.json").exists():
            self.down()

    def copy_the_course(self) -> None:
        """Natively a submission can change the course while another lab uses it: each lab has a copy, without programs that pass."""
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "src", self.folder / "course" / "src", ignore=leave)
        leave = shutil.ignore_patterns("__pycache__", "right")
        shutil.copytree(course_root() / "lessons", self.folder / "course" / "lessons", ignore=leave)
        (self.folder / "course" / "solutions").mkdir()

    def of_the_process(self) -> dict[str, str]:
        """The environment of the process that checks."""
        return self.environment() | ({} if self.isolated else self._own_course())

    def _own_course(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder / "course" / "src"), "STREAMLINGS_COURSE": str(self.folder / "course")}

    def environment(self) -> dict[str, str]:
        """That of whatever has to do with this lab."""
        handed_on = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "STREAMLINGS_BASE")
        env = {name: os.environ[name] for name in handed_on if name in os.environ}
        if self.isolated:
            env |= {"STREAMLINGS_BACKEND": "containers", "STREAMLINGS_ISOLATED": "1", "HOME": os.environ.get("HOME", str(self.folder))}
            env |= {"COMPOSE_PROJECT_NAME": f"streamlings-grade-{self.number}", "COMPOSE_PATH_SEPARATOR": ":"}
            env["COMPOSE_FILE"] = f"{ROOT / 'docker-compose.yml'}:{Path(__file__).parents[1] / 'isolation' / 'compose.yml'}"
        else:
            env |= {"STREAMLINGS_BACKEND": "native", "HOME": str(self.folder)}
        return env | {
            BRIEF: "1",
            "PYTHONPATH": str(ROOT / "src"),
            "STREAMLINGS_STATE": str(self.folder),
            "STREAMLINGS_CACHE": str(cache_folder()),
            "STREAMLINGS_COURSE": str(course_root()),
        }

    def down(self) -> None:
        """What the process has left: after a kill, its servers, and the submission's container."""
        if self.isolated:
            with suppress(LabError):
                end_cells(self.folder)
        down = [sys.executable, "-P", "-m", "streamlings", "down"]
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(down, env=self.environment(), cwd=ROOT, capture_output=True, timeout=ENDS_S * wait.crowding())
        if self.isolated:  # its volumes, too: the next lab is a fresh one
            compose = ["docker", "compose", "--project-directory", str(ROOT), "--profile", "*", "down", "--volumes", "--remove-orphans"]
            with suppress(subprocess.TimeoutExpired, OSError):
                subprocess.run(compose, env=self.environment(), cwd=ROOT, capture_output=True, timeout=ENDS_S * wait.crowding())
