"""How late orders come: what the program measured, against the lateness with which the orders were sent."""

import json
import math
from dataclasses import dataclass
from random import Random
from typing import Any

from streamlings.checks import Failure, check
from streamlings.shop import Event, clock, ms
from streamlings.stage.stage import Stage
from streamlings.stage.story import duration

STEP_MS = (400, 800, 2_400)
"""How far apart the orders of each partition are, on average."""
FAR_MS, DRAWER_MS, YEAR_MS = 20_000, 26 * 3_600_000, 365 * 86_400_000


@dataclass(frozen=True)
class Placed:
    """An order as it lies in a partition. `newest` is the time of the newest order before it, epoch ms; its own for the first."""

    order: Event
    newest: int

    @property
    def late_ms(self) -> int:
        return max(0, self.newest - self.order["timestamp"])


def scenario(stage: Stage) -> None:
    """Some ten thousand orders in three partitions: most in order, some behind by seconds, few by minutes, one by a day."""
    random = stage.shop.random
    partitions: list[list[Placed]] = [[], [], []]
    newest = [ms("10:00"), ms("10:00:20"), ms("09:59:30")]
    for at, burst in deal(random, 1_000 * random.randint(10, 13)):
        for late_ms in burst:
            before = newest[at]
            newest[at] += 0 if late_ms else random.randrange(2 * STEP_MS[at])
            order = stage.shop.order(random.choice(["ada", "bob", "carol"]), newest[at] - late_ms)
            partitions[at].append(Placed(order, before if partitions[at] else newest[at]))
    for at, orders in enumerate(partitions):
        stage.topic("orders").send(*(each.order for each in orders), partition=at)
    stage.facts.partitions = partitions
    stage.facts.late_ms = sorted(each.late_ms for orders in partitions for each in orders)
    stage.until_finished(proves=program_ends, limit_s=10)


def deal(random: Random, count: int) -> list[tuple[int, list[int]]]:
    """How late each order comes, in ms, and in which partition; those that are late by seconds come in bursts, as from one phone.

    What lies around 99.9 % lies within one second; what lies beyond is far from that, and in one partition.
    """
    around = 1_000 * random.randint(6, 11)
    beyond = count - rank(count) - 3
    late = [DRAWER_MS + random.randrange(3_600_000), *(int(FAR_MS * 60 ** random.random()) for _ in range(beyond - 1))]
    late += [around + random.randrange(200, 800) for _ in range(12)]
    late += [int(1_000 * (around / 1_000 - 0.5) ** random.random()) for _ in range(count // 40)]
    late.sort(reverse=True)
    bursts = [late[n : n + 3] for n in range(0, len(late), 3)]
    bursts += [*[[1]] * 3, *([random.randrange(40, 900)] for _ in range(count // 8))]
    bursts += [[0]] * (count - sum(map(len, bursts)) - 3)
    random.shuffle(bursts)
    shares = [1 / step for step in STEP_MS]
    dealt = [(1 if burst[0] >= FAR_MS else random.choices(range(3), shares)[0], burst) for burst in bursts]
    return [*((at, [0]) for at in range(3)), *dealt]


def rank(count: int) -> int:
    """The place of the 99.9 % quantile among so many, counted from 1 (the nearest rank)."""
    return math.ceil(count * 999 / 1000)


def admissible(late_ms: list[int]) -> tuple[int, int]:
    """The lowest and the highest number that some definition gives for the 99.9 % quantile of a whole number of thousands."""
    at = rank(len(late_ms))
    return late_ms[at - 1], late_ms[at]


def numbers(run: Stage) -> dict[str, Any]:
    """What the program wrote. Raises Failure where that is no JSON object, or lacks one of the numbers."""
    text = run.file("out", "lateness.json")
    try:
        found = json.loads(text or b"")
    except ValueError:
        found = None
    fields = ("orders", "late", "p999_ms", "bound_s")
    if not isinstance(found, dict) or not all(isinstance(found.get(name), int | float) for name in fields):
        raise Failure(
            expected=f"a JSON object with the numbers {', '.join(fields)} in out/lateness.json",
            actual="there is no such file" if text is None else repr(text[:80].decode(errors="replace")),
            hint="what does the program do when it has read the last order?",
        )
    return found


def mistakes(run: Stage) -> dict[str, tuple[float, str]]:
    """What other questions than the one that was asked give for `p999_ms`, and a hint for each."""
    late_ms = run.facts.late_ms
    mean = sum(late_ms) / len(late_ms)
    sigma = math.sqrt(sum((each - mean) ** 2 for each in late_ms) / len(late_ms))
    only_late = [each for each in late_ms if each]
    of_partitions = [sorted(each.late_ms for each in orders) for orders in run.facts.partitions]
    return {
        "the largest": (late_ms[-1], "this is the largest of all: one phone in a drawer decides how long every report waits"),
        "99 %": (late_ms[math.ceil(len(late_ms) * 0.99) - 1], "99 % of the orders are no later than that. How many may be too late?"),
        "only late ones": (
            only_late[rank(len(only_late)) - 1],
            "99.9 % of those that are late are no later than that. Of how many orders is one in a thousand to be lost?",
        ),
        "three sigma": (mean + 3 * sigma, "this is the mean and three standard deviations. Is lateness distributed like a bell?"),
        "worst partition": (
            max(each[rank(len(each)) - 1] for each in of_partitions),
            "this is the quantile of one partition alone. Of which orders is one in a thousand to be lost?",
        ),
    }


def some_of_a_burst(run: Stage) -> list[str]:
    """A few orders of one partition, some of them late, with what each is behind."""
    for at, orders in enumerate(run.facts.partitions):
        for n in range(2, len(orders) - 4):
            if all(1_000 < each.late_ms < 12_000 for each in orders[n : n + 3]):
                of_it = orders[n - 2 : n + 4]
                return [
                    f"partition {at}  placed {clock(each.order['timestamp']):<14}  newest before it {clock(each.newest):<14}"
                    + (f"  {duration(each.late_ms)} late" if each.late_ms else "")
                    for each in of_it
                ]
    return []


@check
def program_ends(run: Stage) -> None:
    """The program ends without an error"""


@check(after=program_ends)
def all_orders_are_measured(run: Stage) -> None:
    """It has measured every order in the topic"""
    found, count = numbers(run)["orders"], len(run.facts.late_ms)
    if found != count:
        each = ", ".join(f"{len(orders):,}" for orders in run.facts.partitions)
        raise Failure(
            expected=f"orders {count:,}",
            actual=f"orders {found:,}",
            because=[f"in the three partitions lie {each}"],
            hint="from where to where is each partition read?",
        )


@check(after=all_orders_are_measured)
def late_ones_are_late(run: Stage) -> None:
    """Late is what comes behind a newer order of its own partition, and nothing else"""
    found, count = numbers(run)["late"], sum(each > 0 for each in run.facts.late_ms)
    if found != count:
        if numbers(run)["p999_ms"] > YEAR_MS:
            hint = "these are years: how old an order is, by a clock of today. How old is it in a replay next year, and how late?"
        elif found >= len(run.facts.late_ms):
            hint = "how can every order be late, the newest one, too? What is it behind?"
        elif found > count:
            hint = "too many are late: what does the newest order of another partition say of this one?"
        else:
            hint = "too few are late: an order may be newer than the one just before it, and still be behind one that came earlier"
        raise Failure(expected=f"late {count:,}", actual=f"late {found:,}", because=some_of_a_burst(run), hint=hint)


@check(after=late_ones_are_late)
def quantile_is_right(run: Stage) -> None:
    """99.9 % of all orders are no later than its p999_ms"""
    late_ms, found = run.facts.late_ms, numbers(run)["p999_ms"]
    low, high = admissible(late_ms)
    if not low <= found <= high:
        near = [hint for value, hint in mistakes(run).values() if abs(value - found) <= 0.005 * value]
        near += ["these are seconds; p999_ms is in milliseconds"] * (low <= found * 1000 <= high)
        beyond = sum(each > found for each in late_ms)
        raise Failure(
            expected=f"p999_ms from {low:,} to {high:,}: {len(late_ms) - rank(len(late_ms))} of {len(late_ms):,} orders are later",
            actual=f"p999_ms {round(found, 1):,}: {beyond:,} of {len(late_ms):,} orders are later, {100 * beyond / len(late_ms):.2f} %",
            hint=near[0] if len(near) == 1 else "sorted by their lateness, at which place is the order that you take, and of how many?",
        )


@check(after=quantile_is_right)
def bound_is_enough(run: Stage) -> None:
    """Its bound_s is that in whole seconds: enough, and not a second more"""
    found, (low, _) = numbers(run), admissible(run.facts.late_ms)
    wanted = math.ceil(low / 1000)
    if found["bound_s"] != wanted:
        too_late = sum(each > found["bound_s"] * 1000 for each in run.facts.late_ms)
        raise Failure(
            expected=f"bound_s {wanted}, for a p999_ms of {round(found['p999_ms'], 1):,}",
            actual=f"bound_s {found['bound_s']:,}: {too_late:,} orders come later than that",
            hint="is every order of the 99.9 % in time with this bound?"
            if found["bound_s"] < wanted
            else "every report waits for the bound. What is the smallest that is enough?",
        )
