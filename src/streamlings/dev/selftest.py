"""`selftest`: everything that must hold. `--fast` leaves out what needs a server, or seconds of waiting."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from streamlings.paths import ROOT

RUN_ALREADY = ["--deselect", "tests/test_repository.py::test_linters_find_nothing"]
"""What pytest need not run again: ruff and mypy are steps before it."""

TOGETHER = ["-n", "2", "--dist", "loadgroup"]
"""Two processes with a lab each: a check waits for answers half of the time."""


def run(*, fast: bool) -> int:
    """Run ruff, mypy and pytest over the clone, and print how long each took; 0 when all of them passed, else 1."""
    python = [sys.executable, "-m"]
    steps = {
        "ruff": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "mypy": [*python, "mypy"],
        "tests": [*python, "pytest", "-q", "-rs", "--durations=30", *TOGETHER, *RUN_ALREADY, *(["-m", "not slow"] if fast else [])],
    }
    failed = []
    for name, command in steps.items():
        print(f"== {name}", flush=True)
        began = time.monotonic()
        if subprocess.run(command, cwd=ROOT, env=os.environ | {"NO_COLOR": "1"}).returncode != 0:
            failed.append(name)
        print(f"== {name}: {'FAILED' if name in failed else 'passed'}, {time.monotonic() - began:.0f} s", flush=True)
    print("failed: " + ", ".join(failed) if failed else "everything holds")
    return 1 if failed else 0
