"""How long things are waited for: a job by looks at its metrics, a program by the processor time that it got; a clock is unfair on a busy
machine."""

from __future__ import annotations

import time

from streamlings import wait
from streamlings.worker.program import Program

PATIENCE = 12
"""A barrier gives up when the job has read everything and neither watermark nor output moved over so many looks at fresh metrics.

Looks, not seconds: on a machine that is short of time each look takes longer, too.
"""

START_S = 60
"""How long the tasks of a job may take to start before a barrier's own deadline counts."""

PROGRAM_S = 15
"""How much processor time a program may take until it submits its job, or without Flink does what is awaited."""

IDLE_S, IDLE_CPU_S = 10, 0.02
"""A program that got less than IDLE_CPU_S of processor time over IDLE_S (or its whole limit) waits for something that does not come."""

AT_WORK = 0.1
"""The share of a processor that a program has at least while it plans and submits a job, on a machine that is not crowded."""


class Patience:
    """Ends when the program has had `limit_s` seconds of processor time, or has been idle, or after four times `limit_s` by the clock; on a
    crowded machine, where its threads wait for a processor each time that they wait for each other, after up to three times more."""

    def __init__(self, program: Program, limit_s: float) -> None:
        self.program, self.limit_s = program, limit_s
        self._began = time.monotonic()
        self._looked: list[tuple[float, float]] = [(self._began, program.cpu_s())]

    def exhausted(self) -> bool:
        """Whether it is over; never before `limit_s` by the clock."""
        now = time.monotonic()
        if now - self._looked[-1][0] > 0.5:
            self._looked.append((now, self.program.cpu_s()))
        if now - self._began < self.limit_s:
            return False
        used = self._looked[-1][1] - self._looked[0][1]
        lately = next((cpu for at, cpu in reversed(self._looked) if at <= now - min(IDLE_S, self.limit_s)), None)
        idle = lately is not None and self._looked[-1][1] - lately < IDLE_CPU_S
        return idle or used > self.limit_s + self.program.cold_s or now - self._began > 4 * self.limit_s * min(wait.crowding(), 3)


class Rest:
    """Whether a program that goes on has come to rest, as in `wait()`: for a second it got next to no processor time."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._since, self._cpu_s = time.monotonic(), program.cpu_s()

    def reached(self) -> bool:
        now = time.monotonic()
        if now - self._since < 1:
            return False
        used, span = self.program.cpu_s() - self._cpu_s, now - self._since
        self._since, self._cpu_s = now, self._cpu_s + used
        return used / span < AT_WORK / wait.crowding()
