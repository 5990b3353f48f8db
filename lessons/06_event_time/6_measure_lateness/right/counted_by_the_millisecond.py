"""Measures how late Harbour's orders come: one partition after the other, counted by the millisecond."""

import json
from collections import Counter
from itertools import accumulate

from confluent_kafka import Consumer, KafkaError, TopicPartition

from streamlings import lab

settings = {"bootstrap.servers": lab.kafka, "group.id": lab.name("lateness"), "enable.partition.eof": True}


def lateness_of(partition: int) -> Counter[int]:
    """How many orders of a partition are late by how many milliseconds."""
    consumer, found, newest = Consumer(settings), Counter[int](), 0
    consumer.assign([TopicPartition(lab.topic("orders"), partition, 0)])
    while True:
        message = consumer.poll(1)
        if message is None:
            continue
        if message.error() is not None and message.error().code() == KafkaError._PARTITION_EOF:
            break
        placed = json.loads(message.value())["timestamp"]
        newest = max(newest, placed)
        found[newest - placed] += 1
    consumer.close()
    return found


def main() -> None:
    by_ms = sum((lateness_of(partition) for partition in range(3)), Counter())
    orders = by_ms.total()
    ordered = sorted(by_ms)
    reached = accumulate(by_ms[late_by] for late_by in ordered)
    chosen = next(late_by for late_by, count in zip(ordered, reached, strict=True) if 1000 * count >= 999 * orders)
    result = {"orders": orders, "late": orders - by_ms[0], "p999_ms": chosen, "bound_s": -(-chosen // 1000)}
    (lab.folder("out") / "lateness.json").write_text(json.dumps(result))


main()
