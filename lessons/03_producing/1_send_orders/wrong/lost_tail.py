# fails: nothing_is_lost
# says: left in the queue when the program ends
# varies: how much of the queue is sent before the program ends
"""Sends Harbour's orders to Kafka. What the broker refuses is written to out/refused.txt, one order_id a line."""

import json

from confluent_kafka import KafkaError, Message, Producer

from streamlings import lab

producer = Producer(
    {
        "bootstrap.servers": lab.kafka,
        "linger.ms": 2_000,  # how long an order may wait for others to travel with
        "queue.buffering.max.messages": 4000,  # bounds the memory of a producer that is faster than the network
        "message.max.bytes": 4_000_000,
    }
)
refused: list[str] = []


def report(error: KafkaError | None, message: Message) -> None:
    """Called for every message, from poll() and flush(): the broker has it, or the client has given it up."""
    if error is not None:
        refused.append(json.loads(message.value())["order_id"])


def send(line: str) -> None:
    """Queue one order; where the queue is full, take delivery reports out of it until there is room."""
    key = json.loads(line)["customer_id"]
    while True:
        try:
            producer.produce(lab.topic("orders"), line, key=key, on_delivery=report)
            break
        except BufferError:
            producer.poll(0.1)
    producer.poll(0)


with (lab.folder("in") / "orders.jsonl").open() as orders:
    for line in orders:
        send(line.strip())

(lab.folder("out") / "refused.txt").write_text("".join(f"{order_id}\n" for order_id in refused))
print(f"{len(refused)} refused: {', '.join(refused[:5])}")
