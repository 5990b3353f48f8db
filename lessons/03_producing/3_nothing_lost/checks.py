"""Three brokers, and a proxy before each of them: an answer is lost, a leader dies, two of three are away, a connection breaks at the end.

The topic has one partition with a replica on each broker, and min.insync.replicas=2. Nothing here depends on what comes first by chance:
the proxies hold things up until both sides have done what the scenario is about.
"""

from collections import Counter
from itertools import accumulate

import simplejson

from streamlings import wait
from streamlings.checks import Failure, check
from streamlings.stage.kafka_proxy import Produced
from streamlings.stage.patience import Rest
from streamlings.stage.stage import Stage

MOST_HELD = 3_000
READ_AHEAD = 200
"""Lines that a program's file object may have read from the pipe before they are asked for: 8 KiB, and some to spare."""
OUTAGE = 8_000
PATIENT_S = 60
"""Processor time of the program behind a fault; a client waits up to ten seconds before it connects again."""


def scenario(stage: Stage) -> None:
    """Orders come through a pipe while things break; whoever has lost or doubled an order is not asked any further."""
    stage.facts.orders, stage.facts.pipe = {}, stage.pipe("in", "orders.jsonl")
    for part in (an_answer_is_lost, the_leader_dies, two_are_away, the_shop_closes):
        part(stage)
        if twice(stage) or missing(stage):
            return


def an_answer_is_lost(stage: Stage) -> None:
    """The leader appends the first batch and says so; the answer never arrives, and the connection is cut."""
    proxy = stage.brokers.of[leader(stage)].clients
    proxy.lose_next_answer()
    first = place(stage, "an answer is lost", 40)
    until_arrived(
        stage, first[-1], proves=orders_arrive, program_s=15, hint="an order is sent when it is placed: what does the program wait for?"
    )
    stage.until(lambda: proxy.lost or any(p.acks == 0 for p in proxy.produced), "the answer to the first batch")
    fence = place(stage, "an answer is lost", 10)
    until_arrived(stage, fence[-1])
    for _ in range(5):  # a program may read its reports when it sends the next order
        until_arrived(stage, place(stage, "an answer is lost", 1)[0], proves=nothing_twice)
    stage.facts.waiting = fence[0]
    stage.facts.told = wait.until(lambda: fence[0] in confirmed(stage), deadline_s=5)


def the_leader_dies(stage: Stage) -> None:
    """The other replicas get nothing for a moment; the leader appends a batch that only it has, and dies."""
    topic, brokers, dying = stage.topic("orders").full_name, stage.brokers, leader(stage)
    broker = brokers.of[dying]
    before = broker.appended(topic)
    broker.replicas.hold()
    only_there = stage.facts.only_there = place(stage, "the leader dies", 40)
    stage.until(lambda: broker.appended(topic) > before, "the orders in the leader's log", program_s=PATIENT_S)
    stage.facts.asked = broker.clients.produced[-1]
    if stage.facts.asked.acks != -1:  # it does not wait for the others, so its confirmation comes all the same
        wait.until(lambda: is_answered(broker.clients.produced[-1]), deadline_s=20)
        for _ in range(5):  # the program reads reports when it sends something, and this one may not have come by then
            place(stage, "the leader dies", 1)
            wait.until(lambda: only_there[0] in confirmed(stage), deadline_s=4)
    stage.facts.confirmed_by_the_dead = set(confirmed(stage))
    brokers.kill(dying)
    broker.replicas.cut()
    broker.replicas.release()
    fence = place(stage, "the leader dies", 10)
    until_arrived(stage, fence[-1], proves=leader_is_survived)


def two_are_away(stage: Stage) -> None:
    """The next leader dies, too. The last broker refuses what only it would have; 8,000 orders are placed meanwhile."""
    topic, brokers, dying = stage.topic("orders"), stage.brokers, leader(stage)
    brokers.kill(dying)
    last = brokers.of[leader(stage)]
    offered = place(stage, "two brokers are away", OUTAGE)
    stage.settle(takes_no_more(stage, last.clients.produced))
    topic.poll()
    arrived = set(ids(stage))
    stage.facts.held = stage.facts.pipe.taken - len(arrived)
    stage.facts.confirmed_in_vain = [order for order in confirmed(stage) if order not in arrived and order in offered]
    stage.facts.refused = sum(p.error != 0 for p in last.clients.produced)
    brokers.start(*(n for n in brokers.of if brokers.of[n] is not last and not brokers.of[n].runs))
    brokers.until_in_sync(topic.full_name, 3)
    fence = place(stage, "two brokers are away", 10)
    until_arrived(stage, fence[-1], proves=outage_is_survived)


def the_shop_closes(stage: Stage) -> None:
    """The last orders are on their way, and the pipe has ended, when the connections break."""
    proxies = [broker.clients for broker in stage.brokers.of.values()]
    for proxy in proxies:
        proxy.hold()
    before = sum(len(proxy.produced) for proxy in proxies)
    place(stage, "the shop closes", 20)
    stage.settle(lambda: stage.facts.pipe.pump() == 0 and stage.facts.pipe.taken == len(stage.facts.orders))
    stage.facts.pipe.close()
    program, rest = stage.program, Rest(stage.program)
    waits = lambda: sum(len(proxy.produced) for proxy in proxies) > before and rest.reached()  # noqa: E731
    wait.until(lambda: program.ended or waits(), deadline_s=20)  # one that has ended sends nothing again; one that waits may
    for proxy in proxies:
        proxy.cut()
        proxy.release()
    stage.until_finished(proves=last_orders_are_sent, limit_s=30)


def place(stage: Stage, part: str, count: int) -> list[str]:
    """Customers place orders: they come out of the pipe. Their ids."""
    placed = [stage.shop.order(stage.shop.customers(1)[0], f"12:{n // 60 % 60:02}:{n % 60:02}") for n in range(count)]
    stage.facts.orders |= {order["order_id"]: part for order in placed}
    stage.facts.pipe.send([simplejson.dumps(order).encode() for order in placed])
    return [order["order_id"] for order in placed]


def until_arrived(stage: Stage, order_id: str, **barrier: object) -> None:
    """Until an order is in the topic; what was placed before it is there by then, or will not come any more."""
    settings = {
        "program_s": PATIENT_S,
        "deadline_s": 300,
        "hint": "a connection that breaks is no end: who repairs it, and who sends again?",
    }
    stage.until(lambda: has_arrived(stage, order_id), "the newest order in the topic", **settings | barrier)


def has_arrived(stage: Stage, order_id: str) -> bool:
    stage.facts.pipe.pump()
    topic = stage.topic("orders")
    topic.poll(0.02)
    return any(order_id.encode() in (record.value or b"") for record in topic.seen[-2000:])


def takes_no_more(stage: Stage, produced: list[Produced]):
    """What answers whether the program has taken every order out of the pipe, or has none taken while it was refused four times over."""
    state = {"taken": -1, "refused": 0, "times": 0}

    def look() -> bool:
        left, taken, refused = stage.facts.pipe.pump(), stage.facts.pipe.taken, sum(p.error != 0 for p in produced)
        if taken != state["taken"]:
            state.update(taken=taken, refused=refused, times=0)
        elif refused > state["refused"]:
            state.update(refused=refused, times=state["times"] + 1)
        return state["times"] >= 4 or (not left and taken == len(stage.facts.orders))

    return look


def leader(stage: Stage) -> int:
    topic = stage.topic("orders").full_name
    wait.until(lambda: stage.brokers.leader(topic), deadline_s=60)
    return stage.brokers.leader(topic) or 1


def is_answered(produced: Produced) -> bool:
    return produced.acks == 0 or produced.fate in ("answered", "refused")


def ids(run: Stage) -> list[str]:
    """The ids of the orders in the topic, in the order of the log."""
    return [row["order_id"] for row in run.topic("orders").rows]


def confirmed(run: Stage) -> list[str]:
    """The ids that the program has confirmed so far."""
    return (run.file("out", "confirmed.txt") or b"").decode(errors="replace").split()


def missing(run: Stage, part: str = "") -> list[str]:
    """Orders that are not in the topic; only those of one part of the scenario, where it is named."""
    there = set(ids(run))
    return [order for order, of in run.facts.orders.items() if order not in there and part in ("", of)]


def twice(run: Stage) -> list[str]:
    """Orders that are in the topic again, in the order of their first copy."""
    return [order for order, copies in Counter(ids(run)).items() if copies > 1]


@check
def orders_arrive(run: Stage) -> None:
    """Orders arrive while the shop is open"""


@check(after=orders_arrive)
def nothing_twice(run: Stage) -> None:
    """The answer to a batch is lost: its orders are there, once"""
    if lost := missing(run, "an answer is lost"):
        raise Failure(
            expected=f"{lost[0]} in the topic",
            actual=f"{lost[0]} is not there, and an order that was placed later is",
            hint="who sends what was under way when the connection broke?",
        )
    if doubled := twice(run):
        raise Failure(
            expected=f"{doubled[0]} once",
            actual=f"{doubled[0]} twice",
            because=["the leader appended the batch; its answer was lost, and the connection was cut", *who_sent(run, doubled[0])],
            hint="how could the broker see that it has this batch already?",
        )


def who_sent(run: Stage, order_id: str) -> list[str]:
    """What the broker's log says of the batches in which the copies of an order lie."""
    batches = run.topic("orders").batches()
    ends = list(accumulate(batch.records for batch in batches))
    copies = [offset for offset, found in enumerate(ids(run)) if found == order_id]
    producers = [next(batch.producer_id for batch, end in zip(batches, ends, strict=True) if offset < end) for offset in copies]
    if producers[0] == -1:
        return [
            "your producer sent it again; in the broker's log neither copy has a sequence number, so to the broker they are two batches"
        ]
    if len(set(producers)) > 1:
        return [f"in the broker's log the copies are of {len(set(producers))} producers, each with an id and sequence numbers of its own"]
    return ["in the broker's log both copies are of one producer, with different sequence numbers: the program handed the order in again"]


@check(after=nothing_twice)
def confirmed_while_open(run: Stage) -> None:
    """Orders that Kafka has are confirmed while the shop is open"""
    if not run.facts.told:
        raise Failure(
            expected=f"{run.facts.waiting} in confirmed.txt",
            actual="five more orders have arrived in Kafka since, one after the other, and it is not there",
            hint="delivery reports wait in the client until somebody takes them out. Who calls poll(), and when?",
        )


@check(after=confirmed_while_open)
def leader_is_survived(run: Stage) -> None:
    """The leader dies before the others have a batch: no order is lost"""
    if not (lost := missing(run, "the leader dies")):
        return
    told = [order for order in lost if order in run.facts.confirmed_by_the_dead]
    acks = run.facts.asked.acks
    raise Failure(
        expected="every order that was placed, in the topic",
        actual=f"{lost[0]} is on no broker that lives",
        because=[
            "the leader appended it and died before another replica had it",
            f"your producer asked for acks={'all' if acks == -1 else acks}",
            f"confirmed.txt says {lost[0]}: its customer was told that Kafka has it"
            if told
            else f"{lost[0]} was not confirmed, and not sent again",
        ],
        hint="the connection broke before the answer came. Who sends the batch again?"
        if not told
        else "how many must have an order before it is confirmed?",
    )


@check(after=leader_is_survived)
def outage_is_survived(run: Stage) -> None:
    """Two of three brokers are away for a while: no order is lost"""
    if not (lost := missing(run, "two brokers are away")):
        return
    printed = [line for line in run.last_output(200) if "MSG_TIMED_OUT" in line or "NOT_ENOUGH_REPLICAS" in line]
    raise Failure(
        expected="every order that was placed, in the topic",
        actual="some of the orders placed meanwhile are missing",
        because=[
            f"the first of them: {lost[0]}",
            "the last broker answered NOT_ENOUGH_REPLICAS to each attempt, until the others were back",
            *([f"your program printed: {printed[0].strip()}"] if printed else []),
        ],
        hint="for how long does the client go on trying, and how long may a broker take to come back?"
        if printed
        else "what became of an order that found the queue full?",
    )


@check(after=outage_is_survived)
def little_is_held(run: Stage) -> None:
    """Meanwhile the program holds at most 3,000 orders; the others wait in the pipe"""
    run.measure(
        f"while two brokers were away, the last one refused {run.facts.refused} requests, and your program held {run.facts.held:,} orders"
    )
    if run.facts.held > MOST_HELD + READ_AHEAD:
        raise Failure(
            expected=f"at most {MOST_HELD:,} orders that Kafka does not have",
            actual=f"{run.facts.held:,} taken out of the pipe, and Kafka has none of them",
            hint="an outage of an hour would fill the memory, and a crash would take them all. What bounds them?",
        )


@check(after=outage_is_survived)
def only_what_is_sure_is_confirmed(run: Stage) -> None:
    """Meanwhile no order is confirmed that Kafka does not have"""
    if early := run.facts.confirmed_in_vain:
        raise Failure(
            expected="no order confirmed while no broker takes any",
            actual=f"{early[0]} confirmed, and not in Kafka",
            hint="produce() only queues. What says that Kafka has it?",
        )


@check(after=outage_is_survived)
def last_orders_are_sent(run: Stage) -> None:
    """The shop closes, a connection breaks: the last orders are sent before the program ends"""
    if lost := missing(run):
        raise Failure(
            expected=f"{len(run.facts.orders):,} orders in the topic",
            actual=f"without the {'last ' if lost == list(run.facts.orders)[-len(lost) :] else ''}{len(lost)}",
            because=["when the connection broke, the pipe had ended, and your program with it"],
            hint="what is still in the queue when the last line has been read?",
        )


@check(after=last_orders_are_sent)
def order_is_kept(run: Stage) -> None:
    """Through all of it, every order is there once, in order, as it was"""
    placed = [(simplejson.loads(line)["customer_id"].encode(), line) for line in run.facts.pipe.given]
    found = [(record.key, record.value) for record in run.topic("orders").committed]
    if placed != found:
        at = next((n for n, (one, other) in enumerate(zip(placed, found, strict=False)) if one != other), min(len(placed), len(found)))
        raise Failure(
            expected=f"{len(placed):,} records; number {at}: " + " ".join(map(str, placed[at] if at < len(placed) else ["none"])),
            actual=f"{len(found):,} records; number {at}: " + " ".join(map(str, found[at] if at < len(found) else ["none"])),
            hint="the key is the customer, the value the line without its end; what was placed first comes first",
        )


@check(after=last_orders_are_sent)
def every_order_is_confirmed(run: Stage) -> None:
    """Every order is confirmed, once"""
    wanted, told = list(run.facts.orders), confirmed(run)
    if sorted(wanted) != sorted(told):
        lacking = [order for order in wanted if order not in set(told)]
        raise Failure(
            expected=f"confirmed.txt has {len(wanted):,} lines, one for each order",
            actual=f"{len(told):,} lines" + (f", without {lacking[0]}" if lacking else ""),
            hint="each order has one delivery report: who reads the last ones?",
        )
