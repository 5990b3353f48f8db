# fails: order_is_kept
# says: Does everything go the same way
"""Sends what happens to Harbour's orders to Kafka, where a Flink job writes the payments. Says where each customer's events lie."""

import json

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streamlings import lab

settings = {"bootstrap.servers": lab.kafka, "partitioner": "murmur2_random"}
producer = Producer(settings | {"linger.ms": 5000})
urgent = Producer(settings | {"linger.ms": 0})  # a cancelled order must not be packed
partition_of: dict[str, int] = {}


def report(error: KafkaError | None, message: Message) -> None:
    """Called for every message, from poll() and flush(): where it lies now. What is not delivered ends the program."""
    if error is not None:
        raise KafkaException(error)
    partition_of[json.loads(message.value())["customer_id"]] = message.partition()


with (lab.folder("in") / "orders.jsonl").open() as events:
    for line in events:
        line = line.strip()
        event = json.loads(line)
        sender = urgent if event["status"] == "CANCELLED" else producer
        sender.produce(lab.topic("orders"), line, key=event["customer_id"], on_delivery=report)
        sender.poll(0)
urgent.flush()
producer.flush()

(lab.folder("out") / "partitions.json").write_text(json.dumps(partition_of))
print(f"{len(partition_of)} customers in {len(set(partition_of.values()))} partitions")
