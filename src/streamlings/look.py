"""Reads a topic's records as they are, from the beginning to its current end, and decodes them for people.

Nothing is changed by looking: no consumer group is joined, no offset committed. Records of open and aborted transactions are shown
too (`read_uncommitted`), for they are in the log.
"""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from streamlings.decoding import Schemas, decode
from streamlings.errors import LabError, UsageError

ANSWER_S = 10.0
TOMBSTONE = "(tombstone)"
NO_KEY = "(none)"


@dataclass(frozen=True)
class Record:
    """One record of a partition. `timestamp` is in ms since the epoch, None where the record has none; the rest is text for people."""

    partition: int
    offset: int
    timestamp: int | None
    key: str
    value: str
    headers: list[tuple[str, str]]


def records(address: str, topic: str, *, limit: int, partition: int | None, registry: str = "") -> Iterator[Record]:
    """At most `limit` records up to the end that the topic has now, the partitions merged by the records' timestamps.

    `registry` is the address of a Confluent-compatible API, with which Avro is decoded. Raises UsageError for a topic or partition
    that does not exist, LabError when the broker does not answer.
    """
    schemas = Schemas(registry)
    partitions = [partition] if partition is not None else None
    parts = [_read(address, topic, p, schemas) for p in _partitions(address, topic, partitions)]
    try:
        yield from islice(heapq.merge(*parts, key=lambda r: (r.timestamp or 0, r.partition)), limit)
    finally:
        for part in parts:
            part.close()


def _consumer(address: str) -> Consumer:
    # A group id must be given, and is not used: partitions are assigned here, and nothing is committed.
    settings = {"group.id": "streamlings-look", "enable.auto.commit": False, "enable.auto.offset.store": False}
    reading = {"isolation.level": "read_uncommitted", "enable.partition.eof": True, "queued.max.messages.kbytes": 4096}
    return Consumer({"bootstrap.servers": address, "log_level": 0, **settings, **reading})


def _partitions(address: str, topic: str, wanted: list[int] | None) -> list[int]:
    consumer = _consumer(address)
    try:
        topics = consumer.list_topics(timeout=ANSWER_S).topics
    except KafkaException as e:
        raise _no_answer(address, e.args[0]) from e
    finally:
        consumer.close()
    if topic not in topics:
        raise _unknown(topic, sorted(name for name in topics if not name.startswith("__")))
    there = sorted(topics[topic].partitions)
    missing = sorted(set(wanted or []) - set(there))
    if missing:
        raise UsageError(f"{topic} has no partition {missing[0]}", hint=f"it has {len(there)}: {', '.join(map(str, there))}")
    return wanted or there


def current(address: str, topic: str, *, prefix: str) -> str:
    """The topic that a program means by this name: the copy of `topic` that one under `run` uses right now, else the one with the lab's
    `prefix`, else `topic` itself."""
    try:
        names = _consumer(address).list_topics(timeout=ANSWER_S).topics
    except KafkaException:
        return topic
    return meant(list(names), topic, prefix)


def meant(names: list[str], topic: str, prefix: str) -> str:
    """The same, where these are the names of all topics."""
    copies = [name for name in names if name.startswith(f"{prefix}run_") and name.endswith(f"_{topic}")]
    if len(copies) == 1:
        return copies[0]
    return prefix + topic if prefix + topic in names else topic


def _unknown(topic: str, there: list[str]) -> UsageError:
    near = difflib.get_close_matches(topic, there, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    hint += f"there are: {', '.join(there)}" if there else "there are no topics yet; a check or `./streamlings run` makes some"
    return UsageError(f"there is no topic {topic}", hint=hint)


def _no_answer(address: str, why: object) -> LabError:
    return LabError(f"Kafka does not answer at {address}", details=str(why), hint="./streamlings status")


def _read(address: str, topic: str, partition: int, schemas: Schemas) -> Generator[Record, None, None]:
    consumer = _consumer(address)
    try:
        _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_S)
        consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
        # The last offsets may hold no record (transaction markers, compaction): the broker's "end of partition" tells.
        while (message := consumer.poll(ANSWER_S)) is not None:
            error = message.error()
            if error is not None and error.code() == KafkaError._PARTITION_EOF:
                return
            if error is not None:
                raise _no_answer(address, error)
            if message.offset() >= end:
                return
            yield _record(message, schemas)
        raise _no_answer(address, f"nothing from {topic} partition {partition} for {ANSWER_S:.0f} s")
    except KafkaException as e:
        raise _no_answer(address, e.args[0]) from e
    finally:
        consumer.close()


def _record(message: Message, schemas: Schemas) -> Record:
    kind, at = message.timestamp()
    key, value = message.key(), message.value()
    return Record(
        message.partition(),
        message.offset(),
        at if kind else None,
        NO_KEY if key is None else decode(key, schemas),
        TOMBSTONE if value is None else decode(value, schemas),
        [(name, "null" if data is None else decode(data, schemas)) for name, data in message.headers() or []],
    )
