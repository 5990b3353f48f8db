# fails: none_too_many
# says: clicks 40 partitions
"""Gives Harbour's topics the partitions that next year needs. Run once, by the team that owns the cluster."""

import json
from math import ceil

from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from streamlings import lab

admin = AdminClient({"bootstrap.servers": lab.kafka})
plan = json.loads((lab.folder("in") / "plan.json").read_text())
existing = {name: len(topic.partitions) for name, topic in admin.list_topics(timeout=10).topics.items()}


def needed(topic: dict) -> int:
    """The fewest partitions that can be written at the peak, read at the peak, and hold what is kept."""
    return 40  # so that it never has to be changed


for topic in plan["topics"]:
    name, count = lab.name(topic["name"]), needed(topic)
    if name in existing and existing[name] < count and topic["keyed"]:
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
