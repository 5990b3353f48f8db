# fails: late_ones_are_late
# says: the newest order of another partition
# varies: in which order the partitions are read differs from run to run
"""Measures how late Harbour's orders come, and writes the watermark's bound that follows from it to out/lateness.json."""

import json
import math

from confluent_kafka import Consumer, TopicPartition

from streamlings import lab

TOPIC = lab.topic("orders")

consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("lateness")})
ends = {partition: consumer.get_watermark_offsets(TopicPartition(TOPIC, partition))[1] for partition in range(3)}
consumer.assign([TopicPartition(TOPIC, partition, 0) for partition in ends])  # from the beginning

lateness: list[int] = []
newest = 0
while len(lateness) < sum(ends.values()):
    for message in consumer.consume(1000, timeout=1):
        placed = json.loads(message.value())["timestamp"]
        lateness.append(max(0, newest - placed))
        newest = max(newest, placed)
consumer.close()
lateness.sort()
chosen = lateness[math.ceil(0.999 * len(lateness)) - 1]

result = {
    "orders": len(lateness),
    "late": sum(late_by > 0 for late_by in lateness),
    "p999_ms": chosen,
    "bound_s": math.ceil(chosen / 1000),
}
(lab.folder("out") / "lateness.json").write_text(json.dumps(result))
print(result)
