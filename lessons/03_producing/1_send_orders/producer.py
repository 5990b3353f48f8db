"""Sends Harbour's orders to Kafka. What the broker refuses is written to out/refused.txt, one order_id a line."""

import json

from confluent_kafka import Producer

from streamlings import lab

producer = Producer(
    {
        "bootstrap.servers": lab.kafka,
        "linger.ms": 250,  # how long an order may wait for others to travel with
        "queue.buffering.max.messages": 4000,  # bounds the memory of a producer that is faster than the network
        "message.max.bytes": 4_000_000,
    }
)
refused: list[str] = []

# TODO: a round trip to the broker for every order, and nobody learns which orders were refused.
with (lab.folder("in") / "orders.jsonl").open() as orders:
    for line in orders:
        line = line.strip()
        producer.produce(lab.topic("orders"), line, key=json.loads(line)["customer_id"])
        producer.flush()

(lab.folder("out") / "refused.txt").write_text("".join(f"{order_id}\n" for order_id in refused))
print(f"{len(refused)} refused: {', '.join(refused[:5])}")
