"""The stage of one check: barriers that wait for what is observed."""

from __future__ import annotations

from streamlings import shop, wait
from streamlings.checks import Check
from streamlings.errors import LabError
from streamlings.stage import evidence
from streamlings.stage.again import forget_jobs
from streamlings.stage.patience import PATIENCE, Patience, Rest
from streamlings.stage.waiting import Waiting


class Stage(Waiting):
    """A scenario acts on it; afterwards the checks read from it. Times are given as "12:00:10" on the scenario's day."""

    # ---- barriers

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
            self.settle(lambda: not self._unread() and not any(topic.poll(0.05) for topic in self.outputs()))

    def until_watermark(self, at: str, *, day: int = 0, proves: Check | None = None, hint: str = "", deadline_s: float = 60) -> None:
        """A barrier: the watermark behind the sources is at least `at` (1 ms less counts: DataStream's bound is that much stricter)."""
        target = shop.ms(at, day=day) - 1
        self.until(
            lambda: (self.watermark() or 0) >= target, f"a watermark of {at} or later", proves=proves, hint=hint, deadline_s=deadline_s
        )
        self.observe()

    def until_running(self, *, proves: Check | None = None, deadline_s: float = 60) -> None:
        """A barrier: the program has submitted a job, and every task of it runs, or ran and has ended since."""
        self.until(
            lambda: self.refresh() and all(j.running or j.state == "FINISHED" or (j.ended and j.has_run()) for j in self.jobs),
            "a running Flink job",
            proves=proves,
            deadline_s=deadline_s,
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
        back = lambda: (  # noqa: E731
            self.refresh() and all(j.state == "FINISHED" or (j.running and not j.taskmanagers() & set(self.killed)) for j in self.jobs)
        )
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
        self.timeline_.awaits("your program gets to its end")
        self.start()
        program = self.program
        assert program is not None
        patience = Patience(program, limit_s)
        wait.until(lambda: program.ended or patience.exhausted(), deadline_s=20 * limit_s, every_ms=10)
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
        for job in [job for job in self.refresh() if not job.ended]:
            request = self.rest.trigger_checkpoint(job.id)
            done = wait.until(lambda r=request, j=job: self.rest.triggered_checkpoint(j.id, r), deadline_s=deadline_s)  # type: ignore[misc]
            if not done or "checkpointId" not in done:
                raise LabError(
                    "a checkpoint could not be taken", hint="check it again; is this machine very busy?", details=str(done)[:400]
                )
            total += int(self.rest.ask(f"/jobs/{job.id}/checkpoints/details/{done['checkpointId']}")["state_size"])
        return total
