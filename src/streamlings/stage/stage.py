"""The stage of one check: topics, the learner's program, its Flink jobs, and barriers that wait for what is observed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

from confluent_kafka import Producer

from streamlings import shop, wait
from streamlings.checks import Check
from streamlings.errors import LabError
from streamlings.servers import native
from streamlings.servers.rest import FlinkRest
from streamlings.servers.state import LabState
from streamlings.stage import evidence
from streamlings.stage.job import ENDED, FlinkJob
from streamlings.stage.stuck import Stuck, diagnose
from streamlings.stage.timeline import Timeline
from streamlings.stage.topic import StageTopic, make_producer
from streamlings.worker.host import WARM_UP_JOB
from streamlings.worker.program import Program

PATIENCE = 12
"""A barrier gives up when the job has read everything and neither watermark nor output moved over so many looks at fresh metrics.

Looks, not seconds: on a machine that is short of time each look takes longer, too.
"""


class Stage:
    """A scenario acts on it; afterwards the checks read from it. Times are given as "12:00:10" on the scenario's day."""

    def __init__(
        self, lab: LabState, *, prefix: str, seed: int, topics: dict[str, int], needs: set[str], folder: Path, start: Callable[[], Program]
    ) -> None:
        self.lab, self.prefix, self.seed, self.folder = lab, prefix, seed, folder
        self.shop = shop.Shop(seed)
        self.timeline_ = Timeline()
        self.uses_flink = "flink" in needs
        self.topics = {name: StageTopic(self, name, prefix + name, partitions) for name, partitions in topics.items()}
        self.program: Program | None = None
        self.proved: list[Check] = []
        self.measured: list[str] = []
        self.jobs: list[FlinkJob] = []
        self.killed: list[str] = []
        self.facts = SimpleNamespace()
        """What the scenario wants its checks to know: names that were drawn, orders that were sent."""
        self._start = start
        self._jobs_before = {j["jid"] for j in self.rest.jobs()} if self.uses_flink else set()

    @cached_property
    def producer(self) -> Producer:
        return make_producer(self.lab.kafka)

    @cached_property
    def rest(self) -> FlinkRest:
        return FlinkRest(self.lab.flink)

    def topic(self, name: str) -> StageTopic:
        return self.topics[name]

    def folder_of(self, name: str) -> Path:
        """The folder that the program knows as `lab.folder(name)`."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def measure(self, text: str) -> None:
        """Something for the learner to read that was measured on this machine; it never decides a verdict."""
        self.measured.append(text)

    # ---- the program

    def start(self) -> None:
        """Start the learner's program. Barriers do it by themselves: what was sent before the first one is in the topic beforehand."""
        if self.program is None:
            self.program = self._start()

    def until_finished(self, *, proves: Check | None = None, deadline_s: float = 20) -> None:
        """A barrier: the program has ended, with exit code 0."""
        self.start()
        assert self.program is not None
        if not self.program.until_ended(deadline_s):
            self._give_up("the end of your program", proves, [f"your program was still running after {deadline_s:.0f} s and was stopped"])
        if self.program.exit_code != 0 or self.program.output.flooded:
            self._give_up("the end of your program", proves)
        self._reached(proves)

    def last_output(self, lines: int = 6) -> list[str]:
        text = self.program.output.text() if self.program else ""
        return [line for line in text.splitlines() if line.strip()][-lines:]

    # ---- barriers

    def until(
        self,
        reached: Callable[[], object],
        awaited: str,
        *,
        proves: Check | None = None,
        hint: str = "",
        deadline_s: float = 15,
        patience: int = PATIENCE,
    ) -> None:
        """Wait until `reached` answers something true; `awaited` says in words what that is. Then the check `proves` can be judged.

        Raises Stuck, with a diagnosis and (where that gives none) `hint`, when it cannot come any more: the program failed, or everything
        was read and nothing moved over `patience` looks at fresh metrics, or the deadline has passed.
        """
        self.start()
        end = time.monotonic() + deadline_s
        looked, unchanged = 0.0, 0
        last: object = None
        while not reached():
            now = time.monotonic()
            if now - looked > 0.1:  # metrics are no fresher than that
                looked = now
                moving, hopeless = self._progress()
                unchanged = unchanged + 1 if moving is not None and moving == last else 0
                last = moving
                if (hopeless or unchanged >= patience or now > end) and not reached():
                    self._give_up(awaited, proves, hint=hint)
            wait.until(lambda: False, deadline_s=0.02)
        self._reached(proves)

    def settle(self, reached: Callable[[], object], *, deadline_s: float = 30) -> None:
        """Wait until `reached` answers something true, or everything was read and nothing moves any more; never raises Stuck."""
        try:
            self.until(reached, "", deadline_s=deadline_s)
        except Stuck:
            return

    def until_watermark(self, at: str, *, day: int = 0, proves: Check | None = None, hint: str = "", deadline_s: float = 15) -> None:
        """A barrier: the watermark behind the sources is at least `at` (1 ms less counts: DataStream's bound is that much stricter)."""
        target = shop.ms(at, day=day) - 1
        self.until(lambda: (self.watermark() or 0) >= target, f"a watermark of {at}", proves=proves, hint=hint, deadline_s=deadline_s)
        self.timeline_.watermark(self.watermark())
        for topic in self.outputs():
            topic.poll()

    def until_running(self, *, proves: Check | None = None, deadline_s: float = 15) -> None:
        """A barrier: the program has submitted a job, and every task of it runs."""
        self.until(
            lambda: self.refresh() and all(j.running for j in self.jobs), "a running Flink job", proves=proves, deadline_s=deadline_s
        )

    def until_checkpoint(self, *, proves: Check | None = None, hint: str = "", deadline_s: float = 15, patience: int = 35) -> None:
        """A barrier: a checkpoint that began after this call has completed, by the job's own schedule."""
        done = sum(j.completed_checkpoints() for j in self.refresh())
        wanted = done + 2  # the first one to complete may have begun before
        enough = lambda: sum(j.completed_checkpoints() for j in self.refresh()) >= wanted  # noqa: E731
        self.until(enough, "a completed checkpoint", proves=proves, hint=hint, deadline_s=deadline_s, patience=patience)
        self.timeline_.note("checkpoint", f"{wanted} completed so far")

    def until_restored(self, *, proves: Check | None = None, hint: str = "", deadline_s: float = 30) -> None:
        """A barrier: after a kill, every task of the job runs again."""
        back = lambda: self.refresh() and all(j.running and not j.taskmanagers() & set(self.killed) for j in self.jobs)  # noqa: E731
        self.until(back, "the job running again", proves=proves, hint=hint, deadline_s=deadline_s)
        restored = self.restored_checkpoints()
        self.timeline_.note("restored", f"from checkpoint {restored[0]}" if restored else "from no checkpoint: its state is empty")

    def until_committed(self, group: str, topic: str, *, proves: Check | None = None, hint: str = "", deadline_s: float = 15) -> None:
        """A barrier: the group that the program calls `lab.name(group)` has committed the end of every partition of a topic."""
        of = self.topics[topic]
        done = lambda: evidence.committed_offsets(self.lab.kafka, self.prefix + group, of.full_name) == of.ends  # noqa: E731
        self.until(done, f"offsets committed by {group} up to the end of {topic}", proves=proves, hint=hint, deadline_s=deadline_s)

    # ---- what goes wrong on purpose

    def kill_taskmanager(self) -> None:
        """SIGKILL the TaskManagers that run the job, and wait until Flink has noticed. A check of the kind "restore" has a spare one.

        Raises LabError where no job runs.
        """
        hosts = sorted(set().union(*(j.taskmanagers() for j in self.refresh())))
        if not hosts:
            raise LabError("no TaskManager runs the job that should lose it")
        wait.until(lambda: set(self.rest.taskmanagers()) - set(hosts), deadline_s=30)
        self.killed += hosts
        native.kill_taskmanagers(hosts)
        self.timeline_.note("kill", f"the TaskManager was killed ({', '.join(hosts)})")
        self.rest.until_gone(hosts)

    def restart_kafka(self) -> None:
        """SIGKILL the broker and start it again on the same data and port."""
        native.restart_kafka()
        self.timeline_.note("kill", "the broker was killed and started again")

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

    # ---- what is observed

    def refresh(self) -> list[FlinkJob]:
        """The jobs that the program has submitted, with fresh state."""
        if not self.uses_flink:
            return []
        known = {j.id for j in self.jobs} | self._jobs_before
        for overview in self.rest.jobs():
            if overview["jid"] not in known and overview["name"] != WARM_UP_JOB:
                self.jobs.append(FlinkJob(self.rest, overview["jid"]))
        for job in self.jobs:
            job.refresh()
        return self.jobs

    def watermark(self) -> int | None:
        """The lowest watermark over all jobs, epoch ms; None while there is none."""
        values = [j.watermark() for j in self.refresh()]
        known = [v for v in values if v is not None]
        return min(known) if known and len(known) == len(values) else None

    def restored_checkpoints(self) -> list[int]:
        """Ids of the checkpoints that the jobs were restored from after a failure."""
        return [int(r["id"]) for j in self.jobs if (r := j.restored_checkpoint())]

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Rows from PostgreSQL. A table that the program calls `lab.name("t")` is named {prefix}t."""
        return evidence.query(self.lab.postgres, sql)

    def unread(self, job: FlinkJob) -> list[str]:
        """A line per partition of which the job's sources have not read everything that was sent."""
        consumed, lines = job.consumed(), []
        for topic in self.topics.values():
            for partition, end in topic.ends.items():
                read = consumed.get((topic.full_name, partition), -1) + 1
                if read < end:
                    lines.append(f"it has read {read} of {end} events of {topic.name}-{partition}")
        return lines

    def act(self, title: str) -> None:
        """Begin a new part of the scenario, which `timeline` can show by itself."""
        self.timeline_.act(title)

    def timeline(self, *about: object, act: str = "", limit: int = 16) -> list[str]:
        """What happened in one act (by default the first), as lines of text; of events and rows only those that mention one of `about`."""
        return self.timeline_.lines(*about, act=act, limit=limit)

    def short(self, full_name: str) -> str:
        """A topic's name without this check's prefix."""
        return full_name.removeprefix(self.prefix)

    def collect(self) -> None:
        """At the end: read what every topic holds, and the jobs' last state."""
        self.refresh()
        for topic in self.outputs():
            topic.collect()

    def outputs(self) -> list[StageTopic]:
        """The topics that the scenario does not send to: the program's."""
        return [t for t in self.topics.values() if not t.sent]

    def _progress(self) -> tuple[object, bool]:
        """What changes while things move (None: still busy, do not lose patience), and whether hope is lost."""
        assert self.program is not None
        jobs = self.refresh()
        failed = self.program.output.flooded or self.program.exit_code not in (None, 0)
        if not self.uses_flink:
            return None, failed or self.program.exit_code is not None
        if not jobs:
            return None, failed or self.program.exit_code == 0
        if all(j.state in ENDED for j in jobs):
            return None, True
        if any(not j.running or self.unread(j) for j in jobs):
            return None, not self.killed and any(j.restarts() > 2 for j in jobs)
        for topic in self.outputs():
            topic.poll()
        outputs = sum(len(t.seen) for t in self.outputs())
        return (outputs, [j.watermark() for j in jobs], self.program.output.bytes_seen), False

    def _reached(self, proves: Check | None) -> None:
        if proves is not None:
            self.proved.append(proves)

    def _give_up(self, awaited: str, proves: Check | None, diagnosis: list[str] | None = None, hint: str = "") -> None:
        self._assert_lab_is_well()
        if self.uses_flink:
            watermark = self.watermark()
            if watermark is not None:
                self.timeline_.watermark(watermark)
        lines, its_hint = (diagnosis, "") if diagnosis else diagnose(self, awaited)
        goes_on = all(j.state == "RUNNING" for j in self.jobs)  # the scenario's hint is for a program that runs and does something else
        raise Stuck(awaited, lines, its_hint or (hint if goes_on else ""), proves)

    def _assert_lab_is_well(self) -> None:
        if self.lab.kafka and not native.answers_kafka(self.lab.kafka):
            raise LabError("Kafka stopped answering during the check", hint="./streamlings status")
        if self.uses_flink and not wait.until(self.rest.slots, deadline_s=20):
            raise LabError("Flink lost its TaskManager during the check", hint="./streamlings status")
