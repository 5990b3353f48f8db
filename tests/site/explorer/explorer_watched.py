"""One of the recorder's jobs: when it has come to rest, and what it has done since the last look."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from streamlings import lab, shop, wait
from streamlings.stage.job import FlinkJob
from streamlings.stage.records import consumer

NOON = shop.ms("12:00:00")
MERGING = "VoidNamespace cannot be cast to class org.apache.flink.table.runtime.operators.window.TimeWindow"
"""Why PyFlink 2.3 cannot write the state of session windows. It says so after the barrier has gone through them and the sinks."""
RENEWED = 3
"""How often metrics must have been renewed to be younger than what was seen before: the first ones may have been on their way."""


@dataclass
class Watched:
    """One job, and what was seen of it so far."""

    job: FlinkJob
    topic: str
    windows: Consumer
    late: Consumer | None
    rows: list[dict[str, Any]] = field(default_factory=list)
    late_ids: list[str] = field(default_factory=list)
    told: tuple[int, int] = (0, 0)
    """How many rows, and how many late events, stand in the observations so far."""

    def until_it_reads(self, partitions: int) -> None:
        """Wait until every task runs, and the source has its partitions."""
        ready = lambda: self.job.refresh().ended or (self.job.running and len(self.job.readers()) == partitions)  # noqa: E731
        assert wait.until(ready, deadline_s=240), "the job has not started"
        assert not self.job.ended, self.job.rest.root_exception(self.job.id)

    def end(self) -> None:
        if not self.job.refresh().ended:
            self.job.rest.cancel(self.job.id)
        assert wait.until(lambda: self.job.refresh().ended, deadline_s=60), "the job was not cancelled"
        for reader in filter(None, (self.windows, self.late)):
            reader.close()

    def settled(self, partition: int, offset: int) -> None:
        """Wait until it has done all that an event makes it do. Once the source has read it, a checkpoint is taken: its barrier comes
        behind the event and its watermark, through every operator, and with it the sinks have written what came before."""
        assert wait.until(lambda: self.job.refresh().consumed().get((self.topic, partition), -1) >= offset, deadline_s=60), "not read"
        request = self.job.rest.trigger_checkpoint(self.job.id)
        done = wait.until(lambda: self.job.rest.triggered_checkpoint(self.job.id, request), deadline_s=60)
        failure = str((done or {}).get("failureCause", {}).get("stack-trace", "no answer"))
        assert (done and "checkpointId" in done) or MERGING in failure, failure[-2000:]
        times: list[list[int]] = []

        def renewed() -> bool:
            now = [self.job.rest.cpu_ns(taskmanager) for taskmanager in sorted(self.job.taskmanagers())]
            if not times or now != times[-1]:
                times.append(now)
            return len(times) > RENEWED

        assert wait.until(renewed, deadline_s=60), "Flink does not renew its metrics"

    def observation(self) -> dict[str, Any]:
        """What is recorded, all times in ms after 12:00:00: watermarks (null for none), the windows that have fired since the last
        observation, the events that were late."""
        rows, late_before = self.told
        self._read()
        by_partition = self.job.partition_watermarks()
        watermarks = set(self.job.watermarks().values())
        assert len(watermarks) == 1, f"operators do not agree: {watermarks}"
        late = len(self.late_ids) if self.late else self.job.late_records_dropped()
        self.told = len(self.rows), late
        return {
            "partitions": [after_noon(by_partition[name]) for name in sorted(by_partition)],
            "watermark": after_noon(watermarks.pop()),
            "fired": sorted(self.rows[rows:], key=lambda row: (row["end"], row["start"], row["customer"], len(row["ids"]))),
            "late": late - late_before,
        } | ({"late_ids": sorted(self.late_ids[late_before:])} if self.late else {})

    def _read(self) -> None:
        for message in read_on(self.windows):
            row = json.loads(message)
            ids = row["ids"] if isinstance(row["ids"], list) else sorted(row["ids"].split(","))
            self.rows.append({"customer": row["customer"], "start": bound(row["start"]), "end": bound(row["end"]), "ids": ids})
        if self.late:
            self.late_ids += [json.loads(message)["id"] for message in read_on(self.late)]


def after_noon(epoch_ms: int | None) -> int | None:
    return None if epoch_ms is None else epoch_ms - NOON


def bound(given: int | str) -> int:
    """A window's bound, ms after 12:00:00: DataStream says epoch ms, SQL a text in UTC."""
    if isinstance(given, str):
        given = round(datetime.fromisoformat(given).replace(tzinfo=UTC).timestamp() * 1000)
    return given - NOON


def tap(topic: str) -> Consumer:
    reader = consumer(lab.kafka, isolation="read_committed")
    reader.assign([TopicPartition(topic, 0, 0)])
    return reader


def read_on(reader: Consumer) -> list[bytes]:
    """What lies in its topic that it has not given yet."""
    (at,) = reader.assignment()
    _, end = reader.get_watermark_offsets(at, timeout=30)
    found: list[bytes] = []
    while (position := reader.position([at])[0].offset) < end and (position >= 0 or end > 0):
        message = reader.poll(30)
        assert message is not None and message.error() is None, f"the rows of {at.topic} cannot be read"
        found.append(message.value())
    return found
