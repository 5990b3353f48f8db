"""Sends what happens to Harbour's orders to Kafka, where a Flink job writes the payments. Says where each customer's events lie."""

import json

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streamlings import lab

producer = Producer({"bootstrap.servers": lab.kafka})
partition_of: dict[str, int] = {}


def report(error: KafkaError | None, message: Message) -> None:
    """Called for every message, from flush(): where it lies now. What is not delivered ends the program."""
    if error is not None:
        raise KafkaException(error)
    partition_of[json.loads(message.value())["customer_id"]] = message.partition()


# TODO: the warehouse reads a customer's events out of order, and some in another partition than the payments.
with (lab.folder("in") / "orders.jsonl").open() as events:
    for line in events:
        line = line.strip()
        producer.produce(lab.topic("orders"), line, key=json.loads(line)["order_id"], on_delivery=report)
producer.flush()

(lab.folder("out") / "partitions.json").write_text(json.dumps(partition_of))
print(f"{len(partition_of)} customers in {len(set(partition_of.values()))} partitions")
