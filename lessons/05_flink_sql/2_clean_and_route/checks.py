"""Each message goes to one of two topics, or is a test order and goes nowhere: judged message by message, by an oracle in plain Python."""

import json
import re
import textwrap
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from streamlings.checks import Failure, check
from streamlings.shop import Shop
from streamlings.stage.stage import Stage

ZONES = {"DE": "home", "AT": "union", "FR": "union", "NL": "union", "CH": "customs", "GB": "customs"}
ORDER_ID = re.compile(r"o-[0-9a-f]{6}-\d+")


def scenario(stage: Stage) -> None:
    """Clean orders, one message of each other kind, a clean order; then a day on which they come mixed. Two partitions, all the time."""
    shop = stage.shop
    stage.facts.messages = []
    send(stage, [message(shop, country=country) for country in ZONES])
    stage.settle(lambda: stage.topic("clean_orders").poll(0.02) is None or len(stage.topic("clean_orders").rows) >= len(ZONES))
    send(stage, [*(message(shop, kind) for kind in kinds(clean_order(shop))), message(shop)])
    last = ORDER_ID.findall(stage.facts.messages[-1])[0]
    stage.topic("clean_orders").until(order_id=last, proves=clean_orders_arrive)
    stage.settle(lambda: all_is_well(stage))
    stage.facts.first_day = list(stage.facts.messages)

    stage.act("a mixed day")
    some = list(kinds(clean_order(shop))) + ["clean"] * 15
    send(stage, [message(shop, shop.random.choice(some)) for _ in range(60)] + [message(shop), message(shop)])
    stage.settle(lambda: all_is_well(stage))
    stage.until(lambda: True, "the end of that day", proves=mixed_day_adds_up)


def send(stage: Stage, messages: list[str]) -> None:
    """Every other one to the other partition."""
    stage.facts.messages += messages
    for partition in (0, 1):
        stage.topic("orders").send(*(text.encode() for text in messages[partition::2]), partition=partition)


def clean_order(shop: Shop, country: str = "") -> dict:
    """A partner's order: the amount is a text."""
    order = shop.order(shop.random.choice(shop.customers(5)), "12:00", status=shop.random.choice(["CREATED", "PAID", "SHIPPED"]))
    chosen = country or shop.random.choice(list(ZONES))
    return {name: str(order[name]) for name in ("order_id", "customer_id", "amount")} | {"country": chosen, "status": order["status"]}


def kinds(order: dict) -> dict[str, str]:
    """All that an order can look like which is not as it should be, and some that look odd and are clean."""

    def without(name: str) -> str:
        return json.dumps({key: value for key, value in order.items() if key != name})

    def with_(**fields: object) -> str:
        return json.dumps(order | fields)

    return {
        "cut off": json.dumps(order)[:-20],
        "a list": f'["{order["order_id"]}", "{order["amount"]}"]',
        "a text": f'"{order["order_id"]}"',
        "no order_id": without("order_id"),
        "customer_id null": with_(customer_id=None),
        "customer_id empty": with_(customer_id=""),
        "no amount": without("amount"),
        "amount null": with_(amount=None),
        "amount empty": with_(amount=""),
        "amount with a comma": with_(amount="12,50"),
        "amount in words": with_(amount="free"),
        "amount NaN": with_(amount="NaN"),
        "amount zero": with_(amount="0.00"),
        "amount below zero": with_(amount="-5.00"),
        "no country": without("country"),
        "another country": with_(country="XX"),
        "country in small letters": with_(country="de"),
        "a test": with_(status="TEST"),
        "a test with a bad amount": with_(status="TEST", amount="12,50"),
        "a test without customer": with_(status="TEST", customer_id=None),
        "no status": without("status"),
        "status null": with_(status=None),
        "fifty cents": with_(amount="0.50"),
        "wholesale": with_(amount="12345678.91"),
    }


def message(shop: Shop, kind: str = "clean", country: str = "") -> str:
    """A fresh order as a message of that kind."""
    order = clean_order(shop, country)
    return kinds(order).get(kind) or json.dumps(order)


def live_events(shop: Shop) -> Iterator[bytes]:
    """What `./streamlings run` sends: three clean orders in four."""
    while True:
        yield message(shop, shop.random.choice([*kinds(clean_order(shop)), *["clean"] * 60])).encode()


def fate(text: str) -> tuple[str, object]:
    """The oracle: the topic in which a message belongs, "" for none, and the row or the reason with which it stands there."""
    try:
        order = json.loads(text)
    except ValueError:
        order = None
    if not isinstance(order, dict):
        return "bad_orders", "not_json"
    if order.get("status") == "TEST":
        return "", None
    if not order.get("order_id") or not order.get("customer_id"):
        return "bad_orders", "no_id"
    try:
        amount = Decimal(order.get("amount") or "none")
    except InvalidOperation:
        return "bad_orders", "bad_amount"
    if not amount.is_finite() or amount <= 0:
        return "bad_orders", "bad_amount"
    if order.get("country") not in ZONES:
        return "bad_orders", "unknown_country"
    return "clean_orders", {k: order[k] for k in ("order_id", "customer_id")} | {"amount": amount, "zone": ZONES[order["country"]]}


def found(run: Stage, text: str) -> list[tuple[str, object]]:
    """Where a message is, and how it stands there. A clean row has the order's id, a bad one the message itself."""
    ids = ORDER_ID.findall(text) if text.startswith("{") else []
    clean = [row for row in run.topic("clean_orders").rows if row.get("order_id") in ids]
    bad = [row for row in run.topic("bad_orders").rows if row.get("message") == text]
    return [*(("clean_orders", row) for row in clean), *(("bad_orders", row.get("reason")) for row in bad)]


def should_be(text: str) -> list[tuple[str, object]]:
    return [fate(text)] if fate(text)[0] else []


def all_is_well(run: Stage) -> bool:
    for topic in run.outputs():
        topic.poll(0.02)
    return all(found(run, text) == should_be(text) for text in run.facts.messages)


@check
def clean_orders_arrive(run: Stage) -> None:
    """A clean order arrives while the stream is open"""


@check(after=clean_orders_arrive)
def only_clean_orders_are_clean(run: Stage) -> None:
    """clean_orders has clean orders only, each with its amount as a number and its zone"""
    hints = {
        "bad_amount": "after TRY_CAST an amount that is no number is NULL, and NULL <= 0 is not true: which question does NULL answer?",
        "unknown_country": "what does your query say of a country that is not in the list?",
        "no_id": "which fields may an order not be without?",
        "None": "a test order goes nowhere, whatever else it holds",
    }
    for text in run.facts.first_day:
        topic, wanted = fate(text)
        rows = [row for where, row in found(run, text) if where == "clean_orders"]
        if rows and (topic != "clean_orders" or wanted not in rows):
            raise Failure(
                expected=said(topic, wanted),
                actual=said("clean_orders", rows[0]),
                because=quoted(text),
                hint=hints.get(str(wanted), "the amount is a number, exact to the cent; the zone follows from the country"),
            )


@check(after=only_clean_orders_are_clean)
def messages_are_whole(run: Stage) -> None:
    """A row of bad_orders holds its message as it came, letter by letter"""
    others = [str(row.get("message")) for row in run.topic("bad_orders").rows if row.get("message") not in run.facts.messages]
    for text in run.facts.first_day:
        similar = [other for other in others if any(order_id in other for order_id in ORDER_ID.findall(text))]
        if similar:
            raise Failure(
                expected="the message as it came",
                actual="a message that was put together anew",
                because=[*quoted(text), *quoted(similar[0], "in bad_orders")],
                hint="who looks into it wants to see what was wrong. Which column still has the text that came?",
            )


@check(after=messages_are_whole)
def nothing_is_lost(run: Stage) -> None:
    """No message is lost: what is not clean, and no test order, is in bad_orders"""
    lost = [text for text in run.facts.first_day if fate(text)[0] and not found(run, text)]
    lost.sort(key=lambda text: fate(text)[0] != "clean_orders")
    if lost:
        raise Failure(
            expected="every message in one of the two topics",
            actual=f"{len(lost)} of {len(run.facts.first_day)} messages are in neither; the first of them:",
            because=[line for text in lost[:3] for line in quoted(text)],
            hint=why_lost(run, lost),
        )


def why_lost(run: Stage, lost: list[str]) -> str:
    if not run.topic("bad_orders").rows:
        return "bad_orders is empty: which statement writes to it?"
    if all(fate(text)[1] == "not_json" for text in lost):
        return "these are no JSON objects, and somewhere on the way only objects may pass"
    if any(fate(text)[0] == "clean_orders" for text in lost):
        return "their status is NULL, and NULL <> 'TEST' is neither true nor false: WHERE takes only what is true"
    return "where a condition is NULL, WHERE takes the row neither with the condition nor with NOT before it"


@check(after=nothing_is_lost)
def each_stands_once(run: Stage) -> None:
    """Each message stands in one place, once, a bad one with its reason; test orders stand nowhere"""
    compare(run, run.facts.first_day)


@check(after=each_stands_once)
def one_job_reads_once(run: Stage) -> None:
    """One Flink job does it all, and reads each message once"""
    readers = sum(job.readers().get((run.topic("orders").full_name, 0), 0) for job in run.jobs)
    if len(run.jobs) != 1 or readers > 1:
        jobs = (
            f"{len(run.jobs)} jobs, of which each reads the topic" if len(run.jobs) > 1 else f"one job, whose {readers} sources all read it"
        )
        raise Failure(
            expected="one job with one source for the topic orders",
            actual=jobs,
            because=[f"job     {job.name}" for job in sorted(run.jobs, key=lambda job: job.name)] if len(run.jobs) > 1 else [],
            hint="two INSERTs are two jobs, unless they are executed together. What takes several of them?"
            if len(run.jobs) > 1
            else "the same topic, declared as two tables, is two sources. Can both INSERTs begin at the same one?",
        )


@check(after=one_job_reads_once)
def mixed_day_adds_up(run: Stage) -> None:
    """The same holds on a day when they all come mixed"""
    compare(run, run.facts.messages)


def compare(run: Stage, messages: list[str]) -> None:
    """Raise Failure for the first message that is not where the oracle says, once."""
    for text in messages:
        places = found(run, text)
        if places != should_be(text):
            once = "the first reason that applies, in the order of the table" if len(places) == 1 else "which rows do both conditions take?"
            raise Failure(
                expected=said(*fate(text)),
                actual=", and ".join(said(*place) for place in places) or "in neither topic",
                because=quoted(text),
                hint=once if fate(text)[0] else "a test order goes nowhere, whatever else it holds",
            )


def said(topic: str, what: object) -> str:
    """A place in words."""
    if topic == "clean_orders" and isinstance(what, dict):
        return f"in clean_orders, amount {shown(what.get('amount'))}, zone {shown(what.get('zone'))}"
    return f"in bad_orders, reason {shown(what)}" if topic else "in no topic: it is a test order"


def shown(value: object) -> str:
    return "NULL" if value is None else f'"{value}" (a text)' if isinstance(value, str) and value[:1].isdigit() else str(value)


def quoted(text: str, what: str = "message") -> list[str]:
    """A message as lines of evidence."""
    first, *more = textwrap.wrap(text, 84 - len(what), break_on_hyphens=False) or [""]
    return [f"{what}  {first}", *(" " * (len(what) + 2) + line for line in more)]
