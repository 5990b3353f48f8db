# fails: quantile_is_right
# says: the quantile of one partition alone
"""Measures how late Harbour's orders come, and writes the watermark's bound that follows from it to out/lateness.json."""

import json
import math

from confluent_kafka import Consumer, TopicPartition

from streamlings import lab

TOPIC = lab.topic("orders")

consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("lateness")})
ends = {partition: consumer.get_watermark_offsets(TopicPartition(TOPIC, partition))[1] for partition in range(3)}
consumer.assign([TopicPartition(TOPIC, partition, 0) for partition in ends])  # from the beginning

lateness: dict[int, list[int]] = {partition: [] for partition in ends}
newest: dict[int, int] = {}
while sum(map(len, lateness.values())) < sum(ends.values()):
    for message in consumer.consume(1000, timeout=1):
        placed, partition = json.loads(message.value())["timestamp"], message.partition()
        newest[partition] = max(placed, newest.get(partition, placed))
        lateness[partition].append(newest[partition] - placed)
consumer.close()
chosen = max(sorted(of_one)[math.ceil(0.999 * len(of_one)) - 1] for of_one in lateness.values())

result = {
    "orders": sum(ends.values()),
    "late": sum(late_by > 0 for of_one in lateness.values() for late_by in of_one),
    "p999_ms": chosen,
    "bound_s": math.ceil(chosen / 1000),
}
(lab.folder("out") / "lateness.json").write_text(json.dumps(result))
print(result)
