"""Gives Harbour's topics the partitions that next year needs: the first number with which all three limits hold."""

import json
from itertools import count

from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

from streamlings import lab

GB = 10**9


def holds(topic: dict, partitions: int, largest_gb: float) -> bool:
    """Whether so many partitions can be written, read and kept."""
    kept = topic["average_events_s"] * topic["event_bytes"] * 3600 * topic["retention_hours"]
    return (
        partitions * topic["partition_mb_s"] * 1_000_000 >= topic["peak_events_s"] * topic["event_bytes"]
        and partitions * topic["consumer_events_s"] >= topic["peak_events_s"]
        and partitions * largest_gb * GB >= kept
    )


def main() -> None:
    admin = AdminClient({"bootstrap.servers": lab.kafka})
    plan = json.loads((lab.folder("in") / "plan.json").read_text())
    there = admin.list_topics(timeout=10).topics
    create, raise_ = [], []
    for topic in plan["topics"]:
        name = lab.name(topic["name"])
        wanted = next(n for n in count(1) if holds(topic, n, plan["largest_partition_gb"]))
        has = len(there[name].partitions) if name in there else 0
        if not has:
            create.append(NewTopic(name, num_partitions=wanted, replication_factor=1))
        elif has < wanted and topic["keyed"]:
            create.append(NewTopic(lab.name(topic["name"] + "_v2"), num_partitions=wanted, replication_factor=1))
        elif has < wanted:
            raise_.append(NewPartitions(name, wanted))
    for futures in (admin.create_topics(create), admin.create_partitions(raise_) if raise_ else {}):
        for future in futures.values():
            future.result()


main()
