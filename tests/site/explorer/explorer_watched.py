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
LOOKS, APART_S = 4, 0.11
"""So many looks at the metrics, which are renewed every 40 ms, must show the same."""


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

    def look(self) -> dict[str, Any]:
        """Where its watermarks stand (ms after 12:00:00; null for none), and how much has come out."""
        self.job.refresh()
        self._read()
        late = len(self.late_ids) if self.late else self.job.late_records_dropped()
        by_partition = self.job.partition_watermarks()
        return {
            "partitions": [after_noon(by_partition[name]) for name in sorted(by_partition)],
            "watermarks": {name: after_noon(at) for name, at in self.job.watermarks().items()},
            "written": self.job.rows_written(),
            "rows": len(self.rows),
            "late": late,
        }

    def settled(self, partition: int, offset: int) -> dict[str, Any]:
        """What it looks like once it has read that event, and all that comes of it has come."""
        assert wait.until(lambda: self.job.refresh().consumed().get((self.topic, partition), -1) >= offset, deadline_s=60), "not read"
        seen: list[dict[str, Any]] = []

        def still() -> bool:
            seen.append(self.look())
            last = seen[-LOOKS:]
            agreed = len(set(last[-1]["watermarks"].values())) == 1
            written = last[-1]["rows"] + (last[-1]["late"] if self.late else 0) == last[-1]["written"]
            return agreed and written and len(last) == LOOKS and all(look == last[0] for look in last)

        assert wait.until(still, deadline_s=60, every_ms=APART_S * 1000), f"it does not come to rest: {seen[-3:]}"
        return seen[-1]

    def observation(self, look: dict[str, Any]) -> dict[str, Any]:
        """What is recorded: watermarks, the windows that have fired since the last one, the events that were late."""
        rows, late = self.told
        self.told = len(self.rows), look["late"]
        fired = sorted(self.rows[rows:], key=lambda row: (row["end"], row["start"], row["customer"], len(row["ids"])))
        which = {"late_ids": sorted(self.late_ids[late:])} if self.late else {}
        watermark = next(iter(look["watermarks"].values()))
        return {"partitions": look["partitions"], "watermark": watermark, "fired": fired, "late": look["late"] - late} | which

    def _read(self) -> None:
        while (message := self.windows.poll(0)) is not None:
            row = json.loads(message.value())
            ids = row["ids"] if isinstance(row["ids"], list) else sorted(row["ids"].split(","))
            self.rows.append({"customer": row["customer"], "start": bound(row["start"]), "end": bound(row["end"]), "ids": ids})
        while self.late is not None and (message := self.late.poll(0)) is not None:
            self.late_ids.append(json.loads(message.value())["id"])


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
