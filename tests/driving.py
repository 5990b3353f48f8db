"""What tests do with the command and its lab: run it in a process of its own, give it class archives, find what it has left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from streamlings import wait
from streamlings.paths import ROOT


@dataclass(frozen=True)
class Done:
    """How a command ended: exit code, what it wrote to stdout and to stderr."""

    code: int
    out: str
    err: str


@dataclass
class Cli:
    """Runs `streamlings` as the launcher does, in a process (and process group) of its own."""

    cwd: Path
    env: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, timeout_s: float = 120, **env: str) -> Done:
        return self.end(self.start(*arguments, **env), timeout_s=timeout_s)

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-P", "-m", "streamlings", *arguments]
        return subprocess.Popen(
            argv,
            cwd=self.cwd,
            env=self.environment() | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return kept | {"PYTHONPATH": str(ROOT / "src")} | self.env

    def end(self, running: subprocess.Popen[str], *, timeout_s: float = 120) -> Done:
        timeout_s *= wait.crowding()
        try:
            out, err = running.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            running.kill()
            out, err = running.communicate()
            pytest.fail(f"the command did not end within {timeout_s:.0f} s\n{out}\n{err}")
        return Done(running.returncode, out, err)


def give(archives: Path, lab: Path) -> None:
    """Let a lab's servers start with these class archives, if it has none."""
    if not (lab / "cds").exists():
        shutil.copytree(archives, lab / "cds", copy_function=os.link)


def left_of(folder: Path) -> list[str]:
    """Command lines of the processes that still run with this lab folder (this one excepted)."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("STREAMLINGS_STATE") == str(folder) or any(str(folder) in word for word in process.cmdline())
            if mine and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"{process.pid} {' '.join(process.cmdline())[:300]}")
        except psutil.Error:
            continue
    return found
