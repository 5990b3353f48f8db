"""The same, with one callback object a message, and polling every hundredth order."""

import json

from confluent_kafka import Producer

from streamlings import lab

producer = Producer({"bootstrap.servers": lab.kafka, "message.max.bytes": 10_000_000, "linger.ms": 50, "enable.idempotence": True})
out = (lab.folder("out") / "refused.txt").open("w")
for n, text in enumerate((lab.folder("in") / "orders.jsonl").read_text().splitlines()):
    order = json.loads(text)
    producer.produce(
        lab.topic("orders"),
        text.encode(),
        key=order["customer_id"],
        callback=lambda error, _, order_id=order["order_id"]: print(order_id, file=out) if error else None,
    )
    if n % 100 == 0:
        producer.poll(0)
while producer.flush(1):
    pass
out.close()
