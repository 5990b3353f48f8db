"""A plan of measured numbers: for each topic another limit decides. What counts is how many partitions the broker has afterwards."""

import json
from dataclasses import dataclass
from math import ceil
from random import Random

from confluent_kafka.admin import NewTopic

from streamlings import wait
from streamlings.checks import Failure, check
from streamlings.servers.kafka import admin
from streamlings.stage import partition_cost
from streamlings.stage.records import read_all, to_json
from streamlings.stage.stage import Stage
from streamlings.stage.topic import make_producer

LARGEST_GB = 250
CUSTOMERS = 12


@dataclass(frozen=True)
class Load:
    """What flows through a topic, as plan.json has it."""

    name: str
    keyed: bool
    event_bytes: int
    peak_events_s: int
    average_events_s: int
    partition_mb_s: float
    consumer_events_s: int
    retention_hours: int

    def ratios(self) -> tuple[float, float, float]:
        """How many partitions it takes to write the peak, to read the peak, and to hold what is kept; not rounded."""
        written = self.peak_events_s * self.event_bytes / 1e6 / self.partition_mb_s
        kept = self.average_events_s * self.event_bytes * 3600 * self.retention_hours / 1e9 / LARGEST_GB
        return written, self.peak_events_s / self.consumer_events_s, kept

    @property
    def needed(self) -> int:
        """The oracle."""
        return max(ceil(ratio) for ratio in self.ratios())


def scenario(stage: Stage) -> None:
    """Four topics exist, one of them with a year's keyed orders. The program reads the plan; then the customers order again."""
    plan = stage.facts.plan = loads(stage.shop.random)
    customers = stage.facts.customers = stage.shop.customers(CUSTOMERS)
    stage.topic("orders").send(*(stage.shop.order(customer, "12:00") for customer in customers))
    text = {"largest_partition_gb": LARGEST_GB, "topics": [vars(load) for load in plan]}
    (stage.folder_of("in") / "plan.json").write_text(json.dumps(text, indent=1))
    stage.until_finished(proves=program_ends, limit_s=10)
    stage.facts.found = partitions_on(stage)
    producer = make_producer(stage.lab.kafka)  # a new one: it asks the broker how many partitions there are
    for customer in customers:
        producer.produce(stage.topic("orders").full_name, to_json(stage.shop.order(customer, "13:00")), key=customer.encode())
    producer.flush(30)
    stage.facts.places = places(stage)


def loads(random: Random) -> list[Load]:
    """Harbour's topics for next year: which of three limits decides for each, and how many partitions it asks for."""
    return [
        load(random, "clicks", keyed=False, limit="write", count=random.randint(5, 9)),
        load(random, "payments", keyed=True, limit="read", count=random.randint(5, 9), exactly=True),
        load(random, "sensors", keyed=False, limit="keep", count=random.randint(5, 9)),
        load(random, "refunds", keyed=True, limit="read", count=1),
        load(random, "orders", keyed=True, limit="read", count=random.randint(6, 9)),
        load(random, "invoices", keyed=True, limit="keep", count=3),
        load(random, "returns", keyed=True, limit="read", count=2),
        load(random, "page_views", keyed=False, limit="write", count=random.randint(5, 9)),
    ]


def load(random: Random, name: str, *, keyed: bool, limit: str, count: int, exactly: bool = False) -> Load:
    """A topic that needs `count` partitions because of one limit; the others ask for fewer. It is not near a whole number, or `exactly`
    one: then its readers make it to the event."""
    ratio = count if exactly else count - random.uniform(0.3, 0.7)
    less = random.uniform(0.3, max(0.7, count - 2.3))
    event_bytes, partition_mb_s = random.randrange(200, 900), random.randrange(60, 140) / 10
    if limit == "write":
        peak = round(ratio * partition_mb_s * 1e6 / event_bytes)
        consumer = round(peak / less)
    elif limit == "read":
        consumer = random.randrange(150, 600)
        peak = round(consumer * ratio)
    else:
        peak = random.randrange(2_000, 6_000)
        consumer = round(peak / less)
    average = round(peak * random.uniform(0.2, 0.4))
    hours = round((ratio if limit == "keep" else less) * LARGEST_GB * 1e9 / (average * event_bytes * 3600))
    return Load(name, keyed, event_bytes, peak, average, partition_mb_s, consumer, max(1, hours))


def partitions_on(stage: Stage) -> dict[str, int]:
    """How many partitions each topic has, by the broker: when it knows of a topic that is created now, it knows of all that came before."""
    client, fence = admin(stage.lab.kafka), "fence"
    client.create_topics([NewTopic(fence, 1, 1)])[fence].result(30)
    wait.until(lambda: fence in client.list_topics(timeout=30).topics, deadline_s=30)
    topics = client.list_topics(timeout=30).topics
    return {stage.short(name): len(topic.partitions) for name, topic in topics.items() if name.startswith(stage.prefix)}


def places(stage: Stage) -> dict[str, list[int]]:
    """By customer, the partitions of `orders` in which its orders lie, in the order in which they came."""
    topic, found = stage.topic("orders").full_name, dict[str, list[int]]()
    for record in read_all(stage.lab.kafka, topic, stage.facts.found.get("orders", 0), isolation="read_committed"):
        found.setdefault((record.key or b"").decode(), []).append(record.partition)
    return found


def expected(run: Stage) -> dict[str, int]:
    """How many partitions each topic has when all is right."""
    there = {name: topic.partitions for name, topic in run.topics.items()}
    counts: dict[str, int] = {}
    for each in run.facts.plan:
        if each.name in there and each.keyed and each.needed > there[each.name]:
            counts |= {each.name: there[each.name], f"{each.name}_v2": each.needed}
        else:
            counts[each.name] = max(each.needed, there.get(each.name, 0))
    return counts


def load_of(run: Stage, name: str) -> Load:
    return next(each for each in run.facts.plan if each.name == name.removesuffix("_v2"))


def what_it_gives(each: Load, count: int) -> list[str]:
    """What so many partitions can do, beside what is asked of them."""
    written, read, kept = each.ratios()
    peak_mb_s = written * each.partition_mb_s
    lines = [
        (written, f"can be written at  {count * each.partition_mb_s:>9,.3f} MB/s       the peak is {peak_mb_s:,.3f} MB/s"),
        (read, f"can be read at     {count * each.consumer_events_s:>9,} events/s   the peak is {each.peak_events_s:,} events/s"),
        (kept, f"each will hold     {kept * LARGEST_GB / count:>9,.1f} GB         at most {LARGEST_GB} GB"),
    ]
    return [f"{each.name} with {count}:", *(f"  {line}{'   <- not enough' * (ratio > count)}" for ratio, line in lines)]


@check
def program_ends(run: Stage) -> None:
    """The program ends without an error"""


@check(after=program_ends)
def keyed_topics_stay(run: Stage) -> None:
    """A topic that has keyed records keeps them, and its number of partitions"""
    for name in ("orders", "invoices", "returns"):
        before, now = run.topic(name).partitions, run.facts.found.get(name, 0)
        if before == now and (name != "orders" or all(len(at) == 2 for at in run.facts.places.values())):
            continue
        if name == "orders" and any(len(at) < 2 for at in run.facts.places.values()):
            gone = sum(2 - len(run.facts.places.get(customer, [])) for customer in run.facts.customers)
            raise Failure(
                expected=f"{name}  {before} partitions, with the records that were in it",
                actual=f"{name}  {now} partitions, and {gone} records are gone",
                hint="a topic that is deleted and created again is empty. Who still needs last year's orders?",
            )
        moved = {customer: at for customer, at in run.facts.places.items() if len(set(at)) > 1}
        raise Failure(
            expected=f"{name}  {before} partitions, as before",
            actual=f"{name}  {now} partitions",
            because=[
                f"{c:<10} its order of 12:00 lies in partition {at[0]}, its order of 13:00 in partition {at[-1]}" for c, at in moved.items()
            ][:4],
            hint="a key lives in partition hash(key) % count. What of the order of its records, when the count changes?",
        )


@check(after=keyed_topics_stay)
def enough_for_each(run: Stage) -> None:
    """Every topic has as many partitions as it needs: for writing, for reading, and for what is kept"""
    for name, count in expected(run).items():
        found = run.facts.found.get(name, 0)
        if not found:
            raise Failure(
                expected=f"a topic {name} with {'enough' if name.endswith('_v2') else 'its'} partitions",
                actual=f"no topic {name}",
                hint="orders needs more than it has, and has keys: what takes the new orders?"
                if name.endswith("_v2")
                else "which topics does the plan name?",
            )
        if found < count:
            raise Failure(
                expected=f"{name}  more partitions",
                actual=f"{name}  {found} partition{'s' * (found > 1)}",
                because=what_it_gives(load_of(run, name), found),
                hint="a topic needs what its tightest limit asks for, and a part of a partition is a whole one",
            )


@check(after=enough_for_each)
def none_too_many(run: Stage) -> None:
    """No topic has more partitions than that, and there is no topic that the plan does not ask for"""
    wanted, there = expected(run), run.facts.found
    for name, fewest in wanted.items():
        if there[name] > fewest:
            raise Failure(
                expected=f"{name}  fewer partitions",
                actual=f"{name}  {there[name]} partitions",
                because=[
                    *what_it_gives(load_of(run, name), fewest),
                    "so these would do; what is beyond them costs files, memory and time to recover",
                ],
                hint="headroom is in the plan's numbers already. What does one partition more give this topic?",
            )
    if others := sorted(there.keys() - wanted.keys()):
        raise Failure(
            expected=f"the topics {', '.join(wanted)}",
            actual=f"{', '.join(others)}, too",
            hint="a new topic means that every reader and writer must move. Which topics have keys, and too few partitions?",
        )
    tell_what_partitions_cost(run)


def tell_what_partitions_cost(run: Stage) -> None:
    """On this machine: measured once, and kept."""
    for cost in partition_cost.known_or_measured(run.prefix):
        run.measure(cost.told())
