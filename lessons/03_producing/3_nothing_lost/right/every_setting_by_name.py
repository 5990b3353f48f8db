"""Sends Harbour's orders to Kafka as they are placed, and confirms each order to its customer when Kafka has it."""

import json

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streamlings import lab

producer = Producer(
    {
        "bootstrap.servers": lab.kafka,
        "enable.idempotence": "true",
        "acks": "all",
        "max.in.flight.requests.per.connection": 5,
        "retries": 2147483647,
        "delivery.timeout.ms": 600_000,
        "linger.ms": 20,
        "compression.type": "lz4",
        "queue.buffering.max.messages": 2000,  # so many wait in memory at most; the others wait in the pipe
    }
)
confirmed = (lab.folder("out") / "confirmed.txt").open("a")


def report(error: KafkaError | None, message: Message) -> None:
    """Called for every message, from poll() and flush()."""
    if error is not None:
        raise KafkaException(error)  # given up: nobody knows whether it is in the topic, and somebody must look
    else:
        print(json.loads(message.value())["order_id"], file=confirmed, flush=True)


print("the shop is open")
with (lab.folder("in") / "orders.jsonl").open() as orders:  # a pipe: the next line is there when the next order is placed
    for line in orders:
        while True:
            try:
                producer.produce(lab.topic("orders"), line.strip(), key=json.loads(line)["customer_id"], on_delivery=report)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
producer.flush()
