# fails: nothing_twice
# says: of 2 producers
"""Sends Harbour's orders to Kafka as they are placed, and confirms each order to its customer when Kafka has it."""

import json

from confluent_kafka import KafkaError, Message, Producer

from streamlings import lab

broken = False
waiting: dict[str, str] = {}
confirmed = (lab.folder("out") / "confirmed.txt").open("w")


def note(error: KafkaError) -> None:
    """The connection broke: the producer is of no use any more."""
    global broken
    broken = True


def report(error: KafkaError | None, message: Message) -> None:
    """Called for every message, from poll() and flush()."""
    order_id = json.loads(message.value())["order_id"]
    if error is None and waiting.pop(order_id, None):
        print(order_id, file=confirmed, flush=True)


def connect() -> Producer:
    return Producer({"bootstrap.servers": lab.kafka, "enable.idempotence": True, "log_level": 0, "error_cb": note})


def send(line: str) -> None:
    producer.produce(lab.topic("orders"), line, key=json.loads(line)["customer_id"], on_delivery=report)
    producer.poll(0)


producer = connect()
with (lab.folder("in") / "orders.jsonl").open() as orders:  # a pipe: the next line is there when the next order is placed
    for line in orders:
        waiting[json.loads(line)["order_id"]] = line.strip()
        send(line.strip())
        while len(waiting) >= 2000:
            producer.poll(0.1)
        if broken:
            producer, broken = connect(), False
            for order in list(waiting.values()):
                send(order)
producer.flush()
