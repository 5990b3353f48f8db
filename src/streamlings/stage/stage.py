"""The stage of one check: barriers that wait for what is observed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from streamlings import shop, wait
from streamlings.checks import Check
from streamlings.errors import LabError
from streamlings.servers import broker, cluster, process, state
from streamlings.stage import evidence
from streamlings.stage.again import forget_jobs
from streamlings.stage.faults import Faults
from streamlings.stage.patience import PATIENCE, Patience, Rest
from streamlings.stage.stuck import MANY_JOBS, Stuck, diagnose

START_S = 60
"""How long the tasks of a job may take to start before a barrier's own deadline counts."""


PROGRAM_S = 15
"""How much processor time a program may take until it submits its job, or without Flink does what is awaited."""

LOST = re.compile(r"TaskManager with id (\S+?)(?:\(.*?\))? (?:timed out|is no longer reachable)")
"""What Flink says of a job that fails because its TaskManager is gone."""


class Stage(Faults):
    """A scenario acts on it; afterwards the checks read from it. Times are given as "12:00:10" on the scenario's day."""

    # ---- barriers

    def until(
        self,
        reached: Callable[[], object],
        awaited: str,
        *,
        proves: Check | None = None,
        hint: str = "",
        deadline_s: float = 60,
        patience: int = PATIENCE,
        start_s: float | None = None,
        program_s: float = PROGRAM_S,
    ) -> None:
        """Wait until `reached` answers something true; `awaited` says in words what that is. Then the check `proves` can be judged.

        Raises Stuck, with a diagnosis and (where that gives none) `hint`, when it cannot come any more: the program failed, or waits for
        something itself or had `program_s` seconds of processor time without a job, or everything was read and nothing moved over
        `patience` looks at fresh metrics, or the deadline has passed.
        """
        self.start()
        self._patience, self._program_s = None, program_s
        end = time.monotonic() + deadline_s
        latest_start = time.monotonic() + (start_s or START_S)
        looked, unchanged = 0.0, 0
        last: object = None
        while not reached():
            now = time.monotonic()
            if now - looked > 0.1:  # metrics are no fresher than that
                looked = now
                moving, hopeless = self._progress()
                if any(not job.running and not job.ended for job in self.jobs) and now < latest_start:
                    end = now + deadline_s  # on a busy machine tasks take long to start: that is nobody's fault
                unchanged = unchanged + 1 if moving is not None and moving == last else 0
                last = moving
                # On a crowded machine a row takes longer, and a source that waits for a processor reads as little as one that begins at
                # the end of its topic.
                still = unchanged >= patience * wait.crowding() * (1 if self._all_read() else 4)
                if (hopeless or still or now > end) and not reached():
                    self._give_up(awaited, proves, hint=hint)
            wait.until(lambda: False, deadline_s=0.02)
        self._reached(proves)

    def settle(self, reached: Callable[[], object], *, deadline_s: float = 60, patience: int = PATIENCE) -> None:
        """Wait until `reached` answers something true, or everything was read and nothing moves any more; never raises Stuck."""
        try:
            self.until(reached, "", deadline_s=deadline_s, patience=patience)
        except Stuck:
            return

    def until_sources_agree(self) -> None:
        """Where several sources read (of one job, or of several jobs), a barrier may have seen what came of the quickest: wait until the
        program has submitted all that it will, the others have read everything, too, and their rows are there. One that does not read holds
        nothing up for longer than `settle`."""
        program = self.program
        if self.uses_flink and program is not None and not program.ended:
            rest = Rest(program)
            wait.until(lambda: program.ended or rest.reached(), deadline_s=30)
        jobs = [job for job in self.refresh() if not job.ended]
        if len(jobs) > 1 or any(len(job.sources) > 1 for job in jobs):  # a job that was submitted a moment ago shows no sources yet
            self.settle(lambda: self._all_read() and not any(topic.poll(0.05) for topic in self.outputs()))

    def until_watermark(self, at: str, *, day: int = 0, proves: Check | None = None, hint: str = "", deadline_s: float = 60) -> None:
        """A barrier: the watermark behind the sources is at least `at` (1 ms less counts: DataStream's bound is that much stricter)."""
        target = shop.ms(at, day=day) - 1
        self.until(
            lambda: (self.watermark() or 0) >= target, f"a watermark of {at} or later", proves=proves, hint=hint, deadline_s=deadline_s
        )
        self.observe()

    def until_running(self, *, proves: Check | None = None, deadline_s: float = 60, start_s: float | None = None) -> None:
        """A barrier: the program has submitted a job, and every task of it runs. `start_s` is how long they may take to start (by default
        START_S): longer where a task starts a Python process of its own."""
        self.until(
            lambda: self.refresh() and all(j.running or j.state == "FINISHED" for j in self.jobs),
            "a running Flink job",
            proves=proves,
            deadline_s=deadline_s,
            start_s=start_s,
        )

    def until_checkpoint(self, *, proves: Check | None = None, hint: str = "", deadline_s: float = 60, patience: int = 35) -> None:
        """A barrier: a checkpoint that began after this call has completed, by the job's own schedule."""
        done = sum(j.completed_checkpoints() for j in self.refresh())
        wanted = done + 2  # the first one to complete may have begun before
        enough = lambda: sum(j.completed_checkpoints() for j in self.refresh()) >= wanted  # noqa: E731
        self.until(enough, "a completed checkpoint", proves=proves, hint=hint, deadline_s=deadline_s, patience=patience)
        self.timeline_.note("checkpoint", "completed, by the job's own schedule")
        self.timeline_.step()

    def until_restored(self, *, proves: Check | None = None, hint: str = "", deadline_s: float = 60) -> None:
        """A barrier: after a kill, every task of the job runs again."""
        back = lambda: self.refresh() and all(j.running and not j.taskmanagers() & set(self.killed) for j in self.jobs)  # noqa: E731
        self.until(back, "the job running again", proves=proves, hint=hint, deadline_s=deadline_s)
        self.account.begin_anew()
        restored = self.restored_checkpoints()
        self.timeline_.note("restored", f"from checkpoint {restored[0]}" if restored else "from no checkpoint: its state is empty")
        self.timeline_.step()

    def until_committed(self, group: str, topic: str, *, proves: Check | None = None, hint: str = "", deadline_s: float = 60) -> None:
        """A barrier: the group that the program calls `lab.name(group)` has committed the end of every partition of a topic."""
        of = self.topics[topic]
        done = lambda: evidence.committed_offsets(self.lab.kafka, self.prefix + group, of.full_name) == of.ends  # noqa: E731
        self.until(done, f"offsets committed by {group} up to the end of {topic}", proves=proves, hint=hint, deadline_s=deadline_s)

    def until_finished(self, *, proves: Check | None = None, limit_s: float = 20) -> None:
        """A barrier: the program has ended, with exit code 0. `limit_s` is how much processor time it may take."""
        self.start()
        program = self.program
        assert program is not None
        patience = Patience(program, limit_s)
        wait.until(lambda: program.ended or patience.exhausted(), deadline_s=5 * limit_s, every_ms=10)
        if not program.ended:
            self._give_up("your program gets to its end", proves, [f"your program was still running after {limit_s:.0f} s and was stopped"])
        if program.exit_code != 0 or program.output.flooded:
            self._give_up("your program gets to its end", proves)
        self._reached(proves)

    def require(self, check: Check, *, patience: int = PATIENCE) -> None:
        """A barrier: the check, and those that it waits for, pass by what was seen so far. Whoever fails it gets the verdict now: what the
        scenario would go on to show, checks look at that wait for this one.

        Raises Decided when it still fails after everything was read and nothing moves any more.
        """
        self.settle(lambda: check.decided(self) is None, patience=patience)
        if (decided := check.decided(self)) is not None:
            raise decided

    # ---- the program once more

    def replay(self, title: str) -> None:
        """End the program's jobs, and start it anew on the same topics, as a new part of the scenario: what is read again was sent long
        ago, and comes as fast as it can be read."""
        forget_jobs(self)
        self.act(title)
        self.start_again()

    # ---- what a job holds

    def checkpoint_bytes(self, *, deadline_s: float = 15) -> int:
        """Take a checkpoint now and give the size of the state it holds, over all jobs. Works without periodic checkpointing."""
        total = 0
        for job in self.refresh():
            request = self.rest.trigger_checkpoint(job.id)
            done = wait.until(lambda r=request, j=job: self.rest.triggered_checkpoint(j.id, r), deadline_s=deadline_s)  # type: ignore[misc]
            if not done or "checkpointId" not in done:
                raise LabError("a checkpoint could not be taken", details=str(done)[:400])
            total += int(self.rest.ask(f"/jobs/{job.id}/checkpoints/details/{done['checkpointId']}")["state_size"])
        return total

    def _progress(self) -> tuple[object, bool]:
        """What changes while things move (None: still busy, do not lose patience), and whether hope is lost."""
        assert self.program is not None
        jobs = self.refresh()
        failed = self.program.output.flooded or self.program.exit_code not in (None, 0) or self.submitted > MANY_JOBS
        if any(j.ended and j.state != "FINISHED" for j in jobs) and all(j.ended for j in jobs):
            return None, True
        if any(topic.flooded for topic in self.outputs()):
            return None, True
        if not self.uses_flink or all(j.ended for j in jobs) or self.submitted > MANY_JOBS:  # the program may submit one more
            if self._patience is None:
                self._patience = Patience(self.program, self._program_s)
            return None, failed or self.program.exit_code is not None or self._patience.exhausted()
        jobs = [j for j in jobs if not j.ended]  # beside one that goes on, another may have come to the end of its input
        if any(not j.running for j in jobs):
            return None, not self.killed and any(j.restarts() > 2 for j in jobs)
        for topic in self.outputs():
            topic.poll()
        outputs = sum(len(t.seen) for t in self.outputs())
        return (outputs, [j.consumed() for j in jobs], [j.watermark() for j in jobs], self.program.output.bytes_seen), False

    def _all_read(self) -> bool:
        return not any(self.unread(job) for job in self.jobs if not job.ended)

    def _reached(self, proves: Check | None) -> None:
        if proves is not None:
            self.proved.append(proves)

    def _give_up(self, awaited: str, proves: Check | None, diagnosis: list[str] | None = None, hint: str = "") -> None:
        self._assert_lab_is_well()
        starting = [
            v["name"] for j in self.jobs if j.state == "RUNNING" for v in j.vertices if v["status"] in ("INITIALIZING", "DEPLOYING")
        ]
        if starting and not self.killed:
            raise LabError(f"the job's tasks have not started in time: {', '.join(starting)}", hint="is this machine very busy?")
        if self.uses_flink:
            self.observe()
        lines, its_hint = (diagnosis, "") if diagnosis else diagnose(self, awaited)
        # The scenario's hint is for a program that runs and does something else.
        goes_on = not self.jobs or (all(j.state in ("RUNNING", "FINISHED") for j in self.jobs) and not all(j.ended for j in self.jobs))
        raise Stuck(awaited, lines, its_hint or (hint if goes_on else ""), proves)

    def _assert_lab_is_well(self) -> None:
        if self.lab.kafka and not broker.answers(self.lab.kafka):
            raise LabError("Kafka stopped answering during the check", hint="./streamlings status")
        dead = cluster.dead_taskmanagers(state.read()) if self.uses_flink else []
        if dead:
            hint = "Python functions run inside the TaskManager: does one of yours end its process, or take all the memory?"
            raise LabError(f"{dead[0].name} ended by itself during the check", details=process.tail(Path(dead[0].log), 4), hint=hint)
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
