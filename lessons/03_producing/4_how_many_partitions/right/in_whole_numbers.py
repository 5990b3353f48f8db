"""Gives Harbour's topics the partitions that next year needs, computed in whole numbers, so that nothing is rounded by accident."""

import json
from fractions import Fraction

from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from streamlings import lab

admin = AdminClient({"bootstrap.servers": lab.kafka})
plan = json.loads((lab.folder("in") / "plan.json").read_text(), parse_float=Fraction)


def up(number: Fraction) -> int:
    """The next whole number."""
    return -int(-number // 1)


for topic in plan["topics"]:
    name, peak, size = lab.name(topic["name"]), Fraction(topic["peak_events_s"]), topic["event_bytes"]
    kept = Fraction(topic["average_events_s"] * size * topic["retention_hours"] * 3600, 10**9)
    count = max(
        up(peak * size / 10**6 / topic["partition_mb_s"]),
        up(peak / topic["consumer_events_s"]),
        up(kept / plan["largest_partition_gb"]),
    )
    found = admin.list_topics(timeout=10).topics.get(name)
    has = len(found.partitions) if found else 0
    if has >= count:
        continue
    if has and not topic["keyed"]:
        made = admin.create_partitions([NewPartitions(name, count)])
    else:
        made = admin.create_topics([NewTopic(name + "_v2" if has else name, count, 1)])
    next(iter(made.values())).result()
