"""Orders of a tablet with a wrong clock. They must go aside, and no other order may be lost for them: live, or in a replay."""

import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import count

from streamlings.checks import Failure, check
from streamlings.shop import Event, Shop, ms, time_of_day
from streamlings.stage import shapes
from streamlings.stage.days import DAY_MS, Days, fold, unruly
from streamlings.stage.stage import Stage

MINUTE = 60_000
FAST, SLOW, NIGHT, REPLAY = "a fast clock", "a slow line", "a quiet night", "the replay"
FIELDS = ("order_id", "customer_id", "amount", "timestamp", "status")


def scenario(stage: Stage) -> None:
    """An order from next year, clocks that are 40 s, 3 s and 2 s fast, a slow line, a quiet night; all of it once more; an unruly day."""
    totals, aside, order = stage.topic("totals"), stage.topic("suspicious"), stage.shop.order
    ada, bob = stage.facts.customers = stage.shop.customers(2)
    stage.windows(minutes=1)
    stage.facts.live, stage.facts.good, stage.facts.bad = {}, [], [order(ada, "12:00:30", day=366)]

    send(stage, order(ada, "12:00:10"), order(bob, "12:00:20"))
    stage.topic("orders").send(stage.facts.bad[0], arrived=ms("12:00:31"))
    stage.settle(lambda: aside.poll(0.02) is None or aside.matching(order_id=stage.facts.bad[0]["order_id"]))
    send(stage, order(bob, "12:00:40"))
    hint = "one order says that it is from next year. When did it come, and where does your job write what it does not believe?"
    aside.until(order_id=stage.facts.bad[0]["order_id"], proves=order_goes_aside, hint=hint)
    stage.settle_behind(ms("12:00:35"))
    send(stage, order(ada, "12:00:50"))
    stage.settle_behind(ms("12:00:45"))
    send(stage, order(bob, "12:01:02"))
    stage.settle_behind(ms("12:00:57"))  # read in one go, an order is hardly late for anybody
    send(stage, order(ada, "12:00:57.5"), order(bob, "12:01:07"))
    stage.settle_behind(ms("12:01:02"), lambda: all_there(stage, "12:00"))
    stage.facts.reported = all_there(stage, "12:00")

    stage.require(minutes_go_on)
    stage.act(FAST)
    stage.facts.bad += [order(bob, "12:02:05"), order(bob, "12:01:32")]
    stage.topic("orders").send(stage.facts.bad[1], arrived=ms("12:01:25"))
    stage.topic("orders").send(stage.facts.bad[2], arrived=ms("12:01:29"))
    send(stage, order(ada, "12:01:32"), arrived=ms("12:01:30"))
    send(stage, order(bob, "12:01:28"), order(ada, "12:02:11"), order(bob, "12:02:20"))
    send(stage, order(ada, "12:02:50"), order(bob, "12:03:10"))
    stage.settle_behind(ms("12:03:05"), lambda: all_there(stage, "12:02"))

    stage.require(only_wrong_clocks_go_aside)
    stage.act(SLOW)
    slow = [order(ada, "12:03:58"), order(bob, "12:03:57"), order(ada, "12:04:20")]
    send(stage, slow[0], arrived=ms("12:04:08"))
    stage.facts.bad.append(order(bob, "12:05:30"))
    stage.topic("orders").send(stage.facts.bad[3], arrived=ms("12:04:09"))
    send(stage, order(ada, "12:04:01.5"), arrived=ms("12:04:10"))  # a watermark that it lets go comes behind that clock's
    stage.settle_behind(ms("12:03:56.5"), lambda: aside.matching(order_id=stage.facts.bad[3]["order_id"]))
    send(stage, slow[1], arrived=ms("12:04:11"))
    send(stage, slow[2], arrived=ms("12:04:30"))
    stage.settle_behind(ms("12:04:15"), lambda: all_there(stage, "12:03"))

    stage.require(wrong_clock_closes_no_minute)
    stage.act(NIGHT)
    send(stage, order(ada, "15:10:10"), order(bob, "15:10:40"), order(bob, "15:11:10"))
    stage.settle_behind(ms("15:11:05"), lambda: all_there(stage, "15:10"))

    stage.require(quiet_night_is_no_wrong_clock)
    stage.facts.live = {name: len(stage.topic(name).rows) for name in ("totals", "suspicious")}
    stage.replay(REPLAY)
    stage.settle(lambda: [t.poll(0.02) for t in (totals, aside)] and len(again(stage)) >= sum(stage.facts.live.values()))
    stage.observe()
    stage.facts.replayed = again(stage)

    stage.require(replay_gives_the_same)
    days = stage.facts.days = Days(stage, "orders", "totals", oracle=minutes_of, found=minutes_in, say=in_words, bound_ms=5_000)
    days.play(unruly(order, stage.shop.random, first=780, windows=4, window_ms=MINUTE, late_ms=4_900), proves=unruly_day_adds_up)


def live_events(shop: Shop) -> Iterator[Event]:
    """What `./streamlings run` sends: orders of right now, for Kafka notes when each comes; every twentieth is from next year."""
    customers = shop.customers(3)
    for n in count(1):
        yield shop.order(shop.random.choice(customers), int(time.time() * 1000) + (366 * DAY_MS if n % 20 == 0 else 0))


def send(stage: Stage, *events: dict, arrived: int = 0) -> None:
    """Each comes half a second after the newest of those before it was placed, or after it was placed itself."""
    for event in events:
        stage.facts.good.append(event)
        newest = max(o["timestamp"] for o in stage.facts.good)
        stage.topic("orders").send(event, arrived=arrived or newest + 500)


def live(run: Stage, name: str) -> list[dict]:
    """The rows of the first run: what came before the replay."""
    return run.topic(name).rows[: run.facts.live.get(name)]


def said(rows: dict[str, list[dict]]) -> list[str]:
    """The rows of both topics as lines, in no order."""
    return sorted(f"{name}: {'  '.join(f'{k} {v}' for k, v in row.items())}" for name in rows for row in rows[name])


def again(run: Stage) -> list[str]:
    """The lines of the rows that have come since the live ones."""
    return said({name: run.topic(name).rows[count:] for name, count in run.facts.live.items()})


def minutes_of(orders: list[dict]) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """The oracle: by customer and minute, how many orders were placed, and for how much."""
    found: dict[tuple[str, str], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        key = (o["customer_id"], time_of_day(o["timestamp"] // MINUTE * MINUTE))
        found[key] = (found[key][0] + 1, found[key][1] + o["amount"])
    return dict(found)


def minutes_in(rows: list[dict]) -> dict[tuple[str, str], list[tuple[int, Decimal]]]:
    """What was reported, by customer and minute."""
    return fold(((row.get("customer_id"), row.get("minute")), (row.get("orders"), row.get("revenue"))) for row in rows)


def in_words(total: tuple[int, Decimal]) -> str:
    count, revenue = total
    return f"{count} {'order' if count == 1 else 'orders'}, {revenue}"


def all_there(run: Stage, minute: str) -> bool:
    """Whether each customer who ordered in a minute has a row for it."""
    return all(run.topic("totals").matching(customer_id=key[0], minute=minute) for key in minutes_of(run.facts.good) if key[1] == minute)


def expect_minutes(run: Stage, *minutes: str, act: str, hint: str) -> None:
    """Raise Failure for a customer's minute for which not exactly the row came that the oracle says."""
    wanted = {key: value for key, value in minutes_of(run.facts.good).items() if key[1] in minutes}
    found = {key: values for key, values in minutes_in(live(run, "totals")).items() if key[1] in minutes}
    for key in [*wanted, *sorted(found.keys() - wanted.keys(), key=str)]:
        if found.get(key) != [wanted.get(key)]:
            orders = [o for o in run.facts.good if time_of_day(o["timestamp"]) in minutes]
            is_told = act in (SLOW, NIGHT) or "next year" in hint
            raise Failure(
                expected=f"{key[0]} {key[1]}  {in_words(wanted[key]) if key in wanted else 'no row'}",
                actual=f"{key[0]} {key[1]}  {'  then  '.join(map(in_words, found.get(key, []))) or 'no row'}",
                because=run.timeline(key[0], window=key[1], act=act, limit=14),
                hint=hint if is_told else shapes.hint(run, minutes_of, orders, found, uncounted=run.facts.bad[1:], otherwise=hint),
            )


@check
def order_goes_aside(run: Stage) -> None:
    """An order from next year goes aside while orders keep coming"""


@check(after=order_goes_aside)
def minutes_go_on(run: Stage) -> None:
    """The minutes go on: whoever orders after it is counted, and so is the same customer"""
    hint = "which of this customer's orders have a wrong time: all of them, or one?"
    if any((m.at or 0) > ms("00:00", day=300) for m in run.timeline_.moments if m.kind == "watermark"):
        hint = "the watermark stands in next year, and never goes back: it is made of every record, before any WHERE is asked"
    if not run.facts.reported:
        raise Failure(
            expected="12:00 reported when an order of 12:01:07 is there: the watermark is 5 s behind it",
            actual="not reported by then",
            because=run.timeline(window="12:00", limit=14),
            hint=hint if "next year" in hint else "how far is your watermark behind the newest order that can be believed?",
        )
    expect_minutes(run, "12:00", act="", hint=hint)


@check(after=minutes_go_on)
def only_wrong_clocks_go_aside(run: Stage) -> None:
    """Orders of clocks that are 40 s and 3 s fast go aside, whole; of one that is exactly 2 s fast they count"""
    rows = [row for row in live(run, "suspicious") if row.get("order_id") not in {o["order_id"] for o in run.facts.good[-3:]}]
    wanted = [{name: o[name] for name in FIELDS} for o in run.facts.bad]
    for order in [*wanted, *rows]:
        if rows.count(order) != wanted.count(order):
            told = "  ".join(f"{name} {order.get(name)}" for name in FIELDS)
            there = {0: "not there", 1: "there once"}
            raise Failure(
                expected=f"{'once' if order in wanted else 'not'} in suspicious:  {told}",
                actual=f"it is {there.get(rows.count(order), f'there {rows.count(order)} times')}",
                because=run.timeline(order.get("customer_id"), act=FAST, limit=10),
                hint="by how much is that order's time ahead of the time at which it came? How much may it be?",
            )
    expect_minutes(run, "12:01", "12:02", act=FAST, hint="which orders of this minute came before they were placed, and by how much?")


@check(after=only_wrong_clocks_go_aside)
def wrong_clock_closes_no_minute(run: Stage) -> None:
    """Where orders take ten seconds to come, a wrong clock closes no minute"""
    hint = "the time at which an order came is no time at which anybody ordered. What does your watermark do with it?"
    expect_minutes(run, "12:03", act=SLOW, hint=hint)


@check(after=wrong_clock_closes_no_minute)
def quiet_night_is_no_wrong_clock(run: Stage) -> None:
    """After a quiet night the first order is hours ahead of the last one, and counts"""
    hint = "three hours had passed, for everybody. With what does your job compare an order's time: with the orders before it?"
    expect_minutes(run, "15:10", act=NIGHT, hint=hint)


@check(after=quiet_night_is_no_wrong_clock)
def replay_gives_the_same(run: Stage) -> None:
    """A replay gives the same rows in both topics"""
    first, replayed = said({name: live(run, name) for name in run.facts.live}), run.facts.replayed
    for line in [*first, *replayed]:
        if first.count(line) != replayed.count(line):
            raise Failure(
                expected=f"as in the live run, {first.count(line)} times  {line}",
                actual=f"{replayed.count(line)} times",
                because=run.timeline(act=REPLAY, limit=10),
                hint="the records are the same, and later. Which clock does your job compare with?",
            )


@check(after=replay_gives_the_same)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which orders come in any order within 4.9 s adds up"""
    run.facts.days.judge(hint="are orders dropped as late that came in time?")
