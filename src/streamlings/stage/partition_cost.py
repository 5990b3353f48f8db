"""What partitions cost a broker of this machine: memory, files, time to come back after a kill, delay from end to end, batches.

Measured on a broker that is started for it alone; kept in the lab's folder, for it takes about a minute.
"""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from confluent_kafka import Consumer, Producer, TopicPartition

from streamlings.errors import LabError
from streamlings.paths import state_folder
from streamlings.stage.batches import batches
from streamlings.stage.own_brokers import OwnBrokers
from streamlings.stage.records import consumer
from streamlings.versions import versions

COUNTS = (1, 10, 1_000)
ORDERS = 20_000
LETTERS = 100
"""How many messages are sent one after the other, each when the one before has arrived."""

TOPIC = "measured"
DEADLINE_S = 300


@dataclass(frozen=True)
class Cost:
    """`memory_mb` is the broker's resident memory (its Java heap is at most 256 MB), `files` what lies on its disk, `open_files` what it
    holds open, `recovery_s` from its start after SIGKILL until every partition has a leader, `delay_ms` the median from produce() to the
    consumer that reads all partitions, `orders_a_batch` of 20,000 orders with different keys."""

    partitions: int
    memory_mb: int
    files: int
    open_files: int
    recovery_s: float
    delay_ms: float
    orders_a_batch: float

    def told(self) -> str:
        """For the learner, on one line."""
        return (
            f"{self.partitions:,} partition{'s' * (self.partitions > 1)}: {self.memory_mb:,} MB of memory, {self.files:,} files"
            f" ({self.open_files:,} open), back {self.recovery_s:.1f} s after a kill, {self.delay_ms:.1f} ms from end to end,"
            f" {self.orders_a_batch:,.1f} orders a batch"
        )


def known_or_measured(prefix: str) -> list[Cost]:
    """For each of COUNTS: from the file where it is of these versions, measured otherwise; [] where that does not succeed, for it decides
    nothing."""
    file = state_folder() / "partition_cost.json"
    known = _read(file)
    if known is None:
        try:
            known = [measure(count, prefix=f"{prefix.rstrip('_')}_{count}_") for count in COUNTS]
        except LabError:
            return []
        file.write_text(json.dumps({"versions": versions(), "costs": [asdict(cost) for cost in known]}, indent=1))
    return known


def _read(file: Path) -> list[Cost] | None:
    try:
        kept = json.loads(file.read_text())
        return [Cost(**cost) for cost in kept["costs"]] if kept["versions"] == versions() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def measure(partitions: int, *, prefix: str) -> Cost:
    """Start a broker, give it one topic with so many partitions, use it, kill it, and start it again. Raises LabError."""
    brokers = OwnBrokers(1, prefix=prefix, proxied=False, heap_mb=256)
    try:
        brokers.start()
        brokers.create_topics({TOPIC: partitions})
        _send_orders(brokers.address)
        found = batches(brokers.of[1].data, TOPIC, partitions)
        delay_ms = _delay_ms(brokers.address, partitions)
        broker = psutil.Process(brokers.of[1].pid)
        memory, open_files = broker.memory_info().rss, broker.num_fds()
        files = sum(1 for path in brokers.of[1].data.rglob("*") if path.is_file())
        brokers.of[1].kill()
        began = time.monotonic()
        brokers.start(1)
        brokers.until_in_sync(TOPIC, 1)
        recovery_s = time.monotonic() - began
        return Cost(
            partitions=partitions,
            memory_mb=round(memory / 1e6),
            files=files,
            open_files=open_files,
            recovery_s=round(recovery_s, 2),
            delay_ms=round(delay_ms, 2),
            orders_a_batch=round(sum(b.records for b in found) / len(found), 1),
        )
    finally:
        brokers.stop()


def _send_orders(address: str) -> None:
    producer = Producer({"bootstrap.servers": address, "log_level": 0})
    for number in range(ORDERS):
        producer.produce(TOPIC, b"x" * 150, key=f"customer-{number}".encode())
        producer.poll(0)
    if producer.flush(DEADLINE_S):
        raise LabError("the broker that is measured did not take the orders", hint="is this machine very busy?")


def _delay_ms(address: str, partitions: int) -> float:
    """The median over LETTERS messages, spread over the partitions; in ms."""
    producer = Producer({"bootstrap.servers": address, "linger.ms": 0, "log_level": 0})
    reader = consumer(address, isolation="read_uncommitted")
    try:
        reader.assign(_ends(reader, partitions))
        delays = []
        for number in range(LETTERS + 10):  # the first ones open connections
            began = time.monotonic()
            producer.produce(TOPIC, b"letter", partition=number * 7919 % partitions)
            producer.poll(0)
            while (message := reader.poll(0.05)) is None or message.error() is not None:
                if time.monotonic() - began > DEADLINE_S:
                    raise LabError("a message did not arrive at the consumer that measures its delay", hint="is this machine very busy?")
            delays.append((time.monotonic() - began) * 1000)
        return statistics.median(delays[10:])
    finally:
        reader.close()


def _ends(reader: Consumer, partitions: int) -> list[TopicPartition]:
    asked = [TopicPartition(TOPIC, p) for p in range(partitions)]
    return [TopicPartition(p.topic, p.partition, reader.get_watermark_offsets(p, timeout=30)[1]) for p in asked]
