"""Sends what happens to Harbour's orders to Kafka, and computes the partition itself, as Java's client does."""

import json

from confluent_kafka import Producer

from streamlings import lab

SEED, M = 0x9747B28C, 0x5BD1E995


def murmur2(key: bytes) -> int:
    """MurmurHash2 of 32 bits, with the seed of Kafka's Java client."""
    whole = len(key) // 4 * 4
    value = SEED ^ len(key)
    for at in range(0, whole, 4):
        word = int.from_bytes(key[at : at + 4], "little") * M & 0xFFFFFFFF
        value = (value * M ^ (word ^ word >> 24) * M) & 0xFFFFFFFF
    if rest := key[whole:]:
        value = (value ^ int.from_bytes(rest, "little")) * M & 0xFFFFFFFF
    value = (value ^ value >> 13) * M & 0xFFFFFFFF
    return value ^ value >> 15


topic = lab.topic("orders")
producer = Producer({"bootstrap.servers": lab.kafka})
partitions = len(producer.list_topics(topic, timeout=10).topics[topic].partitions)
partition_of: dict[str, int] = {}
for event in (lab.folder("in") / "orders.jsonl").read_text().splitlines():
    customer = json.loads(event)["customer_id"]
    partition_of[customer] = (murmur2(customer.encode()) & 0x7FFFFFFF) % partitions
    producer.produce(topic, event, key=customer, partition=partition_of[customer])
producer.flush()
(lab.folder("out") / "partitions.json").write_text(json.dumps(partition_of, indent=2))
