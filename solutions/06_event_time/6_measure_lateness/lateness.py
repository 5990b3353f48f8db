"""Measures how late Harbour's orders come, and writes the watermark's bound that follows from it to out/lateness.json."""

import json
import math

from confluent_kafka import Consumer, TopicPartition

from streamlings import lab

TOPIC = lab.topic("orders")

consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("lateness")})
ends = {partition: consumer.get_watermark_offsets(TopicPartition(TOPIC, partition))[1] for partition in range(3)}
consumer.assign([TopicPartition(TOPIC, partition, 0) for partition in ends])  # from the beginning

# --8<-- [start:lateness]
lateness: list[int] = []
newest: dict[int, int] = {}
while len(lateness) < sum(ends.values()):
    for message in consumer.consume(1000, timeout=1):
        placed, partition = json.loads(message.value())["timestamp"], message.partition()
        newest[partition] = max(placed, newest.get(partition, placed))
        lateness.append(newest[partition] - placed)
consumer.close()
lateness.sort()
chosen = lateness[math.ceil(0.999 * len(lateness)) - 1]
# --8<-- [end:lateness]

result = {
    "orders": len(lateness),
    "late": sum(late_by > 0 for late_by in lateness),
    "p999_ms": chosen,
    "bound_s": math.ceil(chosen / 1000),
}
(lab.folder("out") / "lateness.json").write_text(json.dumps(result))
print(result)
