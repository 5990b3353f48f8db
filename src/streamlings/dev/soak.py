"""`dev soak`: the same verdict every time, also on a machine that is busy with something else."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from streamlings import grader
from streamlings.course import Course
from streamlings.dev.check import SEED
from streamlings.dev.programs import programs
from streamlings.servers.say import Say


@contextmanager
def load(processes: int) -> Iterator[None]:
    """Keep that many processors busy while the block runs."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def run(names: list[str], *, runs: int, as_json: bool, say: Say) -> int:
    """Check solutions and wrong programs in turn until there are `runs` verdicts; exit code 0 when each was as declared, else 1."""
    exercises = Course().chosen(names)
    chosen = [p for exercise in exercises for p in programs(exercise) if p.role in ("solution", "wrong")]
    judge = grader.Grader(trusted=True)
    began, differ = time.monotonic(), []
    with load(os.cpu_count() or 1):
        for nth, program in enumerate(itertools.islice(itertools.cycle(chosen), runs), 1):
            result = judge.check(program.exercise, program.path, seed=SEED)
            wrong = program.falls_short(result)
            if wrong:
                differ.append(f"{program.name}: {wrong}")
            say(f"{nth:>5} of {runs}  {len(differ)} differ  {'DIFFERS' if wrong else 'the same'}  {result.seconds:5.1f} s  {program.name}")
    report = {"runs": runs, "programs": len(chosen), "differ": differ, "seconds": round(time.monotonic() - began, 1)}
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        print(f"{runs} verdicts on {len(chosen)} programs in {report['seconds']} s, {len(differ)} differ")
        print("\n".join(f"differs: {line}" for line in differ))
    return 1 if differ else 0
