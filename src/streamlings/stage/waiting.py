"""Waiting for what is observed, for as long as it may still come; else a diagnosis."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from streamlings import wait
from streamlings.checks import Check
from streamlings.errors import LabError
from streamlings.servers import broker, cluster, state
from streamlings.stage.faults import Faults
from streamlings.stage.patience import PATIENCE, PROGRAM_S, START_S, Patience
from streamlings.stage.stuck import MANY_JOBS, Stuck, diagnose, too_few_slots

LOST = re.compile(r"TaskManager with id (\S+?)(?:\(.*?\))? (?:timed out|is no longer reachable)")
"""What Flink says of a job that fails because its TaskManager is gone."""

RENEWED = 4
"""Of so many looks one at least must have met new metrics, which come when a TaskManager has had 10 ms of a processor: one that stands
still for a moment shows the same old ones."""


class Waiting(Faults):
    """A scene on which a scenario can wait: for anything that can be asked, never for time to pass."""

    def until(
        self,
        reached: Callable[[], object],
        awaited: str,
        *,
        proves: Check | None = None,
        hint: str = "",
        deadline_s: float = 60,
        patience: int = PATIENCE,
        start_s: float = START_S,
        program_s: float = PROGRAM_S,
    ) -> None:
        """Wait until `reached` answers something true; `awaited` says in words what that is. Then the check `proves` can be judged.

        `start_s` is how long tasks may take to start before `deadline_s` counts: longer where one starts a Python process of its own.
        Raises Stuck, with a diagnosis and (where that gives none) `hint`, when it cannot come any more: the program failed, or waits for
        something itself or had `program_s` seconds of processor time without a job, or everything was read and nothing moved over
        `patience` looks at fresh metrics, or the deadline has passed.
        """
        self.timeline_.awaits(awaited)
        self.start()
        self._patience, self._program_s = None, program_s
        end = time.monotonic() + deadline_s
        latest_start = time.monotonic() + start_s
        looked, unchanged, renewed = 0.0, 0, 0
        last: object = None
        measured: object = None
        while not reached():
            now = time.monotonic()
            if now - looked > 0.1:  # metrics are no fresher than that
                looked = now
                before, measured = measured, self.processor_times() or now  # asked first: what is looked at is no older
                moving, hopeless = self._progress()
                if any(not job.running and not job.ended for job in self.jobs) and now < latest_start:
                    end = now + deadline_s  # on a busy machine tasks take long to start: that is nobody's fault
                is_still = moving is not None and moving == last
                unchanged, renewed = (unchanged + 1, renewed + (measured != before)) if is_still else (0, 0)
                last = moving
                # On a crowded machine a row takes longer, and a source that waits for a processor reads as little as one that begins at
                # the end of its topic.
                enough = patience * wait.crowding()
                still = unchanged >= enough and renewed >= enough / RENEWED
                still = still and (unchanged >= 4 * enough or not (self._unread() or self._rows_are_under_way()))
                if hopeless and self.uses_flink:
                    self.read_what_lies_there()  # of a job that ended at once, nobody may have read anything yet
                if (hopeless or still or now > end) and not reached():
                    self._give_up(awaited, proves, hint=hint, starting_is_slow=not hopeless)
            wait.until(lambda: False, deadline_s=0.02)
        self._reached(proves)

    def settle(self, reached: Callable[[], object], *, deadline_s: float = 60, patience: int = PATIENCE) -> None:
        """Wait until `reached` answers something true, or everything was read and nothing moves any more; never raises Stuck."""
        try:
            self.until(reached, "", deadline_s=deadline_s, patience=patience)
        except Stuck:
            return

    def settle_behind(self, watermark: int, reported: Callable[[], object] = lambda: True) -> None:
        """Settle on a watermark (epoch ms; 1 ms less counts) and on the rows that it lets go, then note both: of a watermark and a row that
        belong together, it is luck which is seen first."""

        def there() -> bool:
            if (self.watermark() or 0) < watermark - 1:
                return False
            for topic in self.outputs():
                topic.poll(0.02)
            return bool(reported())

        self.settle(there)
        self.observe()

    def _progress(self) -> tuple[object, bool]:
        """What changes while things move (None: still busy, do not lose patience), and whether hope is lost."""
        assert self.program is not None
        exit_code = self.program.exit_code  # asked first: the last it does may be to submit a job
        jobs = self.refresh()
        failed = self.program.output.flooded or exit_code not in (None, 0) or self.submitted > MANY_JOBS
        if any(j.ended and j.state != "FINISHED" for j in jobs) and all(j.ended for j in jobs):
            return None, True
        if any(topic.flooded for topic in self.outputs()):
            return None, True
        if not self.uses_flink or all(j.ended for j in jobs) or self.submitted > MANY_JOBS:  # the program may submit one more
            if self._patience is None:
                self._patience = Patience(self.program, self._program_s)
            return None, failed or exit_code is not None or self._patience.exhausted()
        jobs = [j for j in jobs if not j.ended]  # beside one that goes on, another may have come to the end of its input
        if any(not j.running for j in jobs):
            slots = self.rest.slots()
            return None, not self.killed and any(j.restarts() > 2 or (not j.running and too_few_slots(j, slots)) for j in jobs)
        for topic in self.outputs():
            topic.poll()
        return (self.rows_seen(), [j.consumed() for j in jobs], [j.watermark() for j in jobs], self.program.output.bytes_seen), False

    def _rows_are_under_way(self) -> bool:
        """Whether sinks have written rows that nobody has read yet; those of an open transaction stay so."""
        return self.rows_due() > 0

    def _unread(self) -> bool:
        return any(self.unread(job) for job in self.jobs if not job.ended)

    def _reached(self, proves: Check | None) -> None:
        if proves is not None:
            self.proved.append(proves)

    def _give_up(
        self,
        awaited: str,
        proves: Check | None,
        diagnosis: list[str] | None = None,
        hint: str = "",
        *,
        starting_is_slow: bool = True,
    ) -> None:
        """Raise Stuck; or LabError where the lab is the reason, as it is where `starting_is_slow`: tasks that still start had their time. A
        program that is hopeless anyway (one that submits job after job) may have some that start at any moment."""
        self._assert_lab_is_well()
        going = [job.vertices for job in self.jobs if job.state == "RUNNING"]
        starting = [v["name"] for vertices in going for v in vertices if v["status"] in ("INITIALIZING", "DEPLOYING")]
        # In batch, what comes behind a source that goes on has not begun; where nothing has, Flink has given the job no slots.
        starting += [v["name"] for vertices in going if all(v["status"] in ("CREATED", "SCHEDULED") for v in vertices) for v in vertices]
        if starting and starting_is_slow and not self.killed and not any(j.restarts() for j in self.jobs):
            raise LabError(f"the job's tasks have not started in time: {', '.join(starting)}", hint="is this machine very busy?")
        if self.uses_flink:
            self.observe()
        lines, its_hint = (diagnosis, "") if diagnosis else diagnose(self, awaited)
        # The scenario's hint is for a program that runs and does something else.
        goes_on = not self.jobs or (all(j.state in ("RUNNING", "FINISHED") for j in self.jobs) and not all(j.ended for j in self.jobs))
        raise Stuck(awaited, lines, its_hint or (hint if goes_on else ""), proves)

    def _assert_lab_is_well(self) -> None:
        # A check's own brokers may be held back by their proxies, on purpose; the first of them is never killed.
        kafka = f"127.0.0.1:{self.brokers.of[1].port}" if self.brokers else self.lab.kafka
        if kafka and not broker.answers(kafka):
            raise LabError("Kafka stopped answering during the check", hint="./streamlings status")
        dead = cluster.dead_taskmanagers(state.read()) if self.uses_flink else []
        if dead:
            hint = "Python functions run inside the TaskManager: does one of yours end its process, or take all the memory?"
            raise LabError(f"{dead[0].name} ended by itself during the check", details=dead[0].said(4), hint=hint)
        if self._registry is not None:
            self._registry.assert_well()
        if self.uses_flink and not wait.until(self.rest.slots, deadline_s=20):
            raise LabError("Flink lost its TaskManager during the check", hint="./streamlings status")
        for job in self.jobs:
            lost = LOST.search(job.rest.root_exception(job.id)) if job.ended else None
            if lost and lost[1] not in self.killed:
                raise LabError(
                    f"Flink heard nothing of {lost[1]} for too long, and nobody had killed it", hint="is this machine very busy?"
                )
