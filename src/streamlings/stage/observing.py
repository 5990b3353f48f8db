"""What is observed on a scene: jobs and their watermarks, what was dropped, what came out."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from streamlings import wait
from streamlings.errors import LabError
from streamlings.servers.rest import JSON
from streamlings.servers.transactions import timeouts_ms
from streamlings.stage.job import END_OF_INPUT, FlinkJob
from streamlings.stage.scene import Scene
from streamlings.stage.timeline import Moment
from streamlings.worker.host import WARM_UP_JOB

NEWER_S = 5.0
"""So long newer metrics are waited for. Flink renews them every 40 ms (metrics.fetcher.update-interval), on a busy machine more slowly."""
READ_S, WRITTEN_S = 5.0, 3.0
"""So long is waited for rows that lie in a topic, and for those that a sink has written and nobody has read."""
HOSTS_S = 1.0
"""So long is believed which TaskManagers run the same jobs."""
REFRESH_S = 0.1
"""A job's state is not looked at more often while its watermark is: Flink itself makes it anew as often (web.refresh-interval)."""


class Observing(Scene):
    """A scene that is looked at: Flink's REST API and the topics, noted on the time line."""

    def refresh(self) -> list[FlinkJob]:
        """The jobs that the program has submitted, with fresh state."""
        if not self.uses_flink:
            return []
        for overview in self._fresh_jobs():
            job = FlinkJob(self.rest, overview["jid"])
            with suppress(LookupError):
                # A program may have replaced what says whose it is; on shared servers, it may be anybody's then.
                if job.check == self.prefix or (not job.check and not self.lab.prefix):
                    self.jobs.append(job)
                    self.submitted += 1
        for job in list(self.jobs):
            try:
                job.refresh()
            except LookupError:  # Flink keeps only so many that have ended
                self.jobs.remove(job)
        self._refreshed = time.monotonic()
        self.timeline_.parallel |= any(v["parallelism"] > 1 for job in self.jobs for v in job.vertices)
        return self.jobs

    def _fresh_jobs(self) -> list[JSON]:
        """Those of the cluster that nobody here knows yet. One that is being made does not say yet whose it is: that is waited for."""
        known = {j.id for j in self.jobs} | self.jobs_before
        fresh: list[JSON] = []

        def made() -> bool:
            nonlocal fresh
            fresh = [job for job in self.rest.jobs() if job["jid"] not in known and job["name"] != WARM_UP_JOB]
            return not any(job["state"] == "INITIALIZING" for job in fresh)

        wait.until(made, deadline_s=5, every_ms=5)
        return fresh

    def watermark(self) -> int | None:
        """The lowest watermark over all jobs, epoch ms, without those that have ended beside one that goes on; None while there is none."""
        if not self.jobs or time.monotonic() - self._refreshed > REFRESH_S:
            self.refresh()
        values = [j.watermark() for j in [j for j in self.jobs if not j.ended] or self.jobs]
        known = [v for v in values if v is not None]
        return min(known) if known and len(known) == len(values) else None

    def observe(self) -> None:
        """Note where the watermarks stand and what was dropped as late, read what came out so far, and end a step of the timeline."""
        self.refresh()
        lowest: int | None = None
        of: dict[str, int | None] = {}

        def moved() -> bool:
            nonlocal lowest, of
            of = self._watermarks_by_name()
            lowest = self.watermark()
            return lowest != self.timeline_.last_watermark()

        # What let a row go may be newer than the metrics are, and than those that are on their way.
        if not moved() and lowest is not None and self.timeline_.rows_came():
            newer = self.newer_metrics(2)
            wait.until(lambda: moved() or newer(), deadline_s=NEWER_S)
            moved()
        if any(at is not None for at in of.values()) and (lowest is None or lowest < END_OF_INPUT):
            self.timeline_.watermark(lowest, of)
        self._note_what_was_dropped()
        self._read_what_was_written()
        self.timeline_.step()

    def newer_metrics(self, times: int) -> Callable[[], bool]:
        """Whether Flink has had metrics so many times, since this call, of every TaskManager that runs a job."""
        seen = {name: [cpu_ns] for name, cpu_ns in self.processor_times().items()}

        def have_come() -> bool:
            for name, values in seen.items():
                if len(values) <= times and (now := self.rest.cpu_ns(name)) != values[-1]:
                    values.append(now)
            return all(len(values) > times for values in seen.values())

        return have_come

    def processor_times(self) -> dict[str, int]:
        """The processor time of the TaskManagers that run jobs, ns in steps of 10 ms: it changes when Flink has metrics that are newer. One
        that is held up by something else on this machine, or is gone, sends none."""
        jobs = [job for job in self.jobs if not job.ended]
        of = [(job.id, job.running) for job in jobs]  # tasks that have yet to start are on none
        if of != self._hosts_of or time.monotonic() - self._hosts_since > HOSTS_S:
            self._hosts_since, self._hosts_of = time.monotonic(), of
            self._hosts = {name for job in jobs for name in job.taskmanagers()}
        return {name: self.rest.cpu_ns(name) for name in self._hosts}

    def _watermarks_by_name(self) -> dict[str, int | None]:
        """Of each source partition and each operator; without the end of an input: whether that is seen in time is luck."""
        of: dict[str, int | None] = {}
        for job in self.jobs:
            of |= {self.short(name): value for name, value in job.partition_watermarks().items()} | job.watermarks()
        return {name: at for name, at in of.items() if at is None or at < END_OF_INPUT}

    def _note_what_was_dropped(self) -> None:
        """As late, since the last time. Where an event may have been, metrics are looked at that are newer than those that showed the
        watermark: Flink reads its counters before its watermarks. When the second ones come, the first are there as a whole: Flink takes
        them in one by one."""
        if self.timeline_.sent_behind():
            wait.until(self.newer_metrics(2), deadline_s=NEWER_S * wait.crowding())
        dropped = sum(job.late_records_dropped() for job in self.jobs)
        if dropped > self._dropped:
            count = dropped - self._dropped
            self.timeline_.add(Moment("late", text=f"Flink dropped {count} {'event' if count == 1 else 'events'} as late", count=count))
        self._dropped = dropped

    def _read_what_was_written(self) -> None:
        """Read until as many rows are there as the sinks say they have written. Those of an open transaction are not waited for; those in
        a topic that is not on the stage never come: after one wait in vain there is no other."""
        due = self.rows_due() + self.rows_seen()

        def read() -> bool:
            for topic in self.outputs():
                topic.poll()
            return self.rows_seen() >= due

        def read_or_uncommitted() -> bool:
            return read() or (all(topic.is_read() for topic in self.outputs()) and sum(topic.appended() for topic in self.outputs()) >= due)

        if not read() and self._rows_will_come:
            self._rows_will_come = bool(wait.until(read_or_uncommitted, deadline_s=WRITTEN_S, every_ms=5))

    def read_what_lies_there(self) -> None:
        """Read every committed row, also those that metrics of a job which has ended do not tell of; none where Kafka does not answer."""

        def read() -> bool:
            for topic in self.outputs():
                topic.poll()
            return all(topic.is_read() for topic in self.outputs())

        with suppress(LabError):
            wait.until(read, deadline_s=READ_S, every_ms=5)

    def count_anew(self) -> None:
        """Read what lies there. Tasks that are started from now on count from 0: only rows that come from now on are compared with that."""
        self.read_what_lies_there()
        self._seen_before, self._rows_will_come = self.rows_seen(), True

    def rows_written(self) -> int:
        """How many the sinks of all jobs have written since their tasks were started last, as Flink says."""
        return sum(job.rows_written() for job in self.jobs)

    def rows_due(self) -> int:
        """How many of those nobody has read yet. Those of an open transaction are due until it ends."""
        return self.rows_written() - (self.rows_seen() - self._seen_before)

    def rows_seen(self) -> int:
        """How many have been read so far."""
        return sum(len(topic.seen) for topic in self.outputs())

    def restored_checkpoints(self) -> list[int]:
        """Ids of the checkpoints that the jobs were restored from after a failure."""
        return [int(r["id"]) for j in self.jobs if (r := j.restored_checkpoint())]

    def transaction_timeouts(self) -> dict[str, int]:
        """By transactional id that the lab's broker knows, how long a transaction of it may stay open, ms."""
        try:
            return timeouts_ms(int(self.lab.kafka.rpartition(":")[2]))
        except OSError as e:
            raise LabError("Kafka does not say which transactions it knows", details=str(e), hint="./streamlings status") from e

    def unread(self, job: FlinkJob) -> list[str]:
        """A line per partition of which the job's sources have not read everything that was sent. Of several jobs, one that reads
        something need not read what another one does."""
        consumed, lines = job.consumed(), []
        reads = {topic for topic, _ in consumed}
        knows_all = len(reads) >= len(job.sources)  # a source that has just been started does not say yet what it reads
        others = {topic for other in self.jobs if knows_all and other is not job for topic, _ in other.readers()}
        for topic in self.topics.values():
            if topic.full_name in others - reads:
                continue
            for partition, end in topic.ends.items():
                read = consumed.get((topic.full_name, partition), -1) + 1
                if read < end:
                    where = f"partition {partition} of {topic.name}" if topic.partitions > 1 else topic.name
                    lines.append(f"of the {end} {'record' if end == 1 else 'records'} in {where} the job has read {read or 'none'}")
        return lines

    def collect(self) -> None:
        """At the end: read what every topic holds, and the jobs' last state."""
        for pipe in self._pipes:
            pipe.close()
        if any(not job.ended for job in self.refresh()):
            wait.until(self.newer_metrics(1), deadline_s=NEWER_S)  # Flink reads its counters before the watermark that was waited for
            self._read_what_was_written()
        self.timeline_.several_outputs = len(self.outputs()) > 1
        for topic in self.outputs():
            topic.collect()
