"""Gives Harbour's topics the partitions that next year needs. Run once, by the team that owns the cluster."""

import json
from math import ceil

from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from streamlings import lab

admin = AdminClient({"bootstrap.servers": lab.kafka})
plan = json.loads((lab.folder("in") / "plan.json").read_text())
existing = {name: len(topic.partitions) for name, topic in admin.list_topics(timeout=10).topics.items()}


# --8<-- [start:needed]
def needed(topic: dict) -> int:
    """The fewest partitions that can be written at the peak, read at the peak, and hold what is kept."""
    peak_mb_s = topic["peak_events_s"] * topic["event_bytes"] / 1e6
    kept_gb = topic["average_events_s"] * topic["event_bytes"] * topic["retention_hours"] * 3600 / 1e9
    return max(
        ceil(peak_mb_s / topic["partition_mb_s"]),
        ceil(topic["peak_events_s"] / topic["consumer_events_s"]),
        ceil(kept_gb / plan["largest_partition_gb"]),
    )


# --8<-- [end:needed]


# --8<-- [start:apply]
for topic in plan["topics"]:
    name, count = lab.name(topic["name"]), needed(topic)
    while name in existing and existing[name] < count and topic["keyed"]:
        name += "_v2"  # another count would send customers to other partitions: their order would be lost
    if name not in existing:
        made = admin.create_topics([NewTopic(name, count, 1)])
    elif existing[name] < count:
        made = admin.create_partitions([NewPartitions(name, count)])
    else:
        continue
    for each in made.values():
        each.result(30)
    print(f"{name}: {count} partitions")
# --8<-- [end:apply]
