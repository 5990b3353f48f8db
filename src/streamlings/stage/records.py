"""Records as they lie in Kafka, and JSON that keeps money exact."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import simplejson
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaError, KafkaException, Message, TopicPartition

from streamlings import wait
from streamlings.errors import LabError

Row = dict[str, Any]
GONE = (KafkaError._UNKNOWN_PARTITION, KafkaError._UNKNOWN_TOPIC, KafkaError.UNKNOWN_TOPIC_OR_PART)


@dataclass(frozen=True)
class Record:
    """One record. `value` is None for a tombstone; `timestamp` is Kafka's own, in ms."""

    partition: int
    offset: int
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def of(cls, message: Message) -> Record:
        kind, timestamp = message.timestamp()
        return cls(
            message.partition() or 0,
            message.offset() or 0,
            None if kind == TIMESTAMP_NOT_AVAILABLE else timestamp,
            message.key(),
            message.value(),
            tuple((name, value or b"") for name, value in message.headers() or []),
        )

    def row(self) -> Row | None:
        """The value as a JSON object (numbers with a point as Decimal); None where it is something else. Made once: whoever waits for a
        row asks for all of them again and again."""
        return self._row

    @cached_property
    def _row(self) -> Row | None:
        try:
            row = simplejson.loads(self.value or b"", use_decimal=True)
        except (ValueError, ArithmeticError, RecursionError):  # 1e9999999999999999999 is JSON, and no Decimal
            return None
        return row if isinstance(row, dict) else None


def to_json(event: Row) -> bytes:
    """JSON bytes; a Decimal becomes a number with all its digits (12.50 stays 12.50)."""
    return bytes(simplejson.dumps(event, use_decimal=True, separators=(",", ":")).encode())


def consumer(address: str, *, isolation: str) -> Consumer:
    """A consumer outside any group, which answers within 10 ms of a record's arrival."""
    return Consumer(
        {
            "bootstrap.servers": address,
            "group.id": "streamlings-grader",  # required by the client; never joined, nothing is committed
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": isolation,
            "fetch.wait.max.ms": 100,
            "fetch.error.backoff.ms": 10,
            "allow.auto.create.topics": False,
            "log_level": 0,
        }
    )


def read_all(address: str, topic: str, partitions: int, *, isolation: str, deadline_s: float = 10) -> list[Record]:
    """Every record up to the current end of a topic, in order of partition and offset; a partition that somebody has removed holds none.
    Raises LabError after the deadline."""
    deadline = time.monotonic() + deadline_s
    reader = consumer(address, isolation=isolation)
    try:
        ends = {p: end for p in range(partitions) if (end := end_of(reader, TopicPartition(topic, p), deadline_s)) is not None}
        reader.assign([TopicPartition(topic, p, 0) for p in ends])
        found: list[Record] = []
        while ends:
            messages = reader.consume(1000, timeout=0.05)
            found += [Record.of(m) for m in messages if m.error() is None]
            # positions, not the records' offsets: what ends a transaction has an offset, too
            for at in reader.position([TopicPartition(topic, p) for p in ends]):
                if at.offset >= ends[at.partition]:
                    del ends[at.partition]
            if time.monotonic() > deadline:
                raise LabError(f"{topic} could not be read to its end within {deadline_s:.0f} s", hint="./streamlings status")
        return sorted(found, key=lambda r: (r.partition, r.offset))
    finally:
        reader.close()


def end_of(reader: Consumer, partition: TopicPartition, deadline_s: float) -> int | None:
    """The offset behind a partition's last record; None where it holds none, or is gone. A leader that was chosen a moment ago does not
    know yet: it is asked again. Raises LabError where Kafka does not say it."""
    deadline = time.monotonic() + deadline_s
    while True:
        try:
            low, high = reader.get_watermark_offsets(partition, timeout=deadline_s)
        except KafkaException as e:
            if e.args[0].code() in GONE:
                return None
            if e.args[0].code() != KafkaError.OFFSET_NOT_AVAILABLE or time.monotonic() > deadline:
                raise LabError(f"Kafka does not say where {partition.topic} ends", details=str(e), hint="./streamlings status") from e
            wait.until(lambda: False, deadline_s=0.02)
        else:
            return high if high > low else None
