"""Answers that a replay repeats, and how often the fraud desk was asked for them: counted by the desk, which the check plays."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zlib import crc32

from streamlings import python_cost
from streamlings.checks import Failure, check, expect
from streamlings.shop import Shop, shown
from streamlings.stage.stage import Stage

COUNTRIES = ["AT", "CH", "DE", "FR", "GB", "NL"]
ORDERS, REPLAYED, LATER, WAVES = 600, 200, 40, 3
PYTHON_STARTS = 150
"""Looks at metrics, a tenth of a second apart: a vectorised function begins with a process that starts and imports."""
TOGETHER = 20
LIMITS_ASKED, CONNECTIONS = 2, 3


def prepare(stage: Stage) -> None:
    """The desk opens, and the program is told where it is."""
    stage.facts.limits = {country: stage.shop.amount() for country in COUNTRIES}
    stage.facts.desk = stage.serve(lambda method, path, body: desk(stage.facts.limits, method, path, body))
    (stage.folder_of("in") / "fraud_desk.txt").write_text(stage.facts.desk.address)


def desk(limits: dict[str, Decimal], method: str, path: str, rows: list) -> object:
    """What the fraud desk answers."""
    if (method, path) == ("GET", "/limits"):
        return {country: str(limit) for country, limit in limits.items()}
    if (method, path) == ("POST", "/scores"):
        return [score_of(customer, Decimal(str(amount))) for customer, amount in rows]
    raise ValueError(f"the desk answers GET /limits and POST /scores, not {method} {path}")


def scenario(stage: Stage) -> None:
    """Six hundred orders, the first two hundred of them once more, and three times forty others: six batches at least."""
    prepare(stage)
    shop, orders, judged = stage.shop, stage.topic("orders"), stage.topic("judged")
    at_the_limit = [order(shop, country=country, amount=limit) for country, limit in stage.facts.limits.items()]
    first = at_the_limit + [order(shop) for _ in range(ORDERS - len(at_the_limit))]
    orders.send(*first)
    judged.until(order_id=first[-1]["order_id"], proves=orders_are_judged, deadline_s=120, patience=PYTHON_STARTS, start_s=150)
    for some in (first[:REPLAYED], *([order(shop) for _ in range(LATER)] for _ in range(WAVES))):
        orders.send(*some)
        stage.settle(lambda: judged.poll(0.02) is None or len(judged.rows) >= len(orders.sent), patience=PYTHON_STARTS)


def order(shop: Shop, country: str = "", amount: Decimal | None = None) -> dict:
    names = shop.random.choice(shop.customers(8))
    return shop.order(names, "12:00", amount=amount) | {"country": country or shop.random.choice(COUNTRIES)}


def live_events(shop: Shop) -> Iterator[dict]:
    """What `./streamlings run` sends."""
    while True:
        yield order(shop)


def score_of(customer: str, amount: Decimal) -> int:
    """The desk's model, which nobody outside knows."""
    return crc32(f"{customer} {amount:.2f}".encode()) % 101


def answer_to(run: Stage, order: dict) -> dict:
    """The oracle: what is right to say of an order."""
    look = order["amount"] > limit_of(run, order) or crc32(order["order_id"].encode()) % 10 == 0
    return {"look": look, "score": score_of(order["customer_id"], order["amount"])}


def limit_of(run: Stage, order: dict) -> Decimal:
    return run.facts.limits[order["country"]]


def answers(run: Stage, order: dict) -> list[dict]:
    return [{name: row.get(name) for name in ("look", "score")} for row in run.topic("judged").matching(order_id=order["order_id"])]


@check
def orders_are_judged(run: Stage) -> None:
    """Orders are judged while the stream is open"""


@check(after=orders_are_judged)
def every_order_once(run: Stage) -> None:
    """Each order gets an answer each time it comes, and no other"""
    times: dict[str, int] = {}
    for each in run.topic("orders").sent:
        times[each["order_id"]] = times.get(each["order_id"], 0) + 1
    for each in run.topic("orders").sent:
        expect(
            f"{each['order_id']}  {times[each['order_id']]} rows",
            f"{each['order_id']}  {len(answers(run, each))} rows",
            hint="does every row of the batch get an answer, and does the source begin at the earliest offset?",
        )


@check(after=every_order_once)
def replay_gives_the_same(run: Stage) -> None:
    """The same order gets the same answer when it comes again"""
    again = run.topic("orders").sent[:REPLAYED]
    different = [each for each in again if len({str(a) for a in answers(run, each)}) > 1]
    if different:
        raise Failure(
            expected=f"the same answer to each of {REPLAYED} orders that came twice",
            actual=f"another one to {len(different)} of them",
            because=[f"{each['order_id']}  {said(answers(run, each)[0])}, then {said(answers(run, each)[1])}" for each in different[:3]],
            hint="after a failure, orders are read once more. What in your function does not depend on the order alone?",
        )


@check(after=replay_gives_the_same)
def answers_are_right(run: Stage) -> None:
    """look and score are right"""
    wrong = [each for each in run.topic("orders").sent if answers(run, each)[0] != answer_to(run, each)]
    if wrong:
        below = [each for each in wrong if each["amount"] < limit_of(run, each)]
        by_lot = next((each for each in below if answers(run, each)[0]["look"] != answer_to(run, each)["look"]), None)
        each = by_lot or wrong[0]
        raise Failure(
            expected=f"{each['order_id']}  {said(answer_to(run, each))}",
            actual=f"{each['order_id']}  {said(answers(run, each)[0])}",
            because=[
                f"amount {shown(each['amount'])} of {each['customer_id']}, limit of {each['country']} {shown(limit_of(run, each))}",
                f"its lot: crc32(order_id) % 10 is {crc32(each['order_id'].encode()) % 10}",
            ],
            hint="another lot than the task's. Python's hash() of a text is another one in each process: it cannot be repeated"
            if by_lot
            else "which order does this answer belong to, and is an amount exactly at the limit above it?",
        )


@check(after=answers_are_right)
def limits_are_asked_once(run: Stage) -> None:
    """The limits are asked for once, and not for each order"""
    asked = times_limits_were_asked(run)
    count_what_the_desk_saw(run)
    if asked > LIMITS_ASKED:
        raise Failure(
            expected=f"GET /limits at most {LIMITS_ASKED} times",
            actual=f"GET /limits {asked} times, for {len(run.topic('orders').sent)} orders",
            hint="a table that does not change can be fetched before the first order. Which method of a function is called once?",
        )


@check(after=answers_are_right)
def scores_are_asked_in_batches(run: Stage) -> None:
    """Scores are asked for many orders at a time"""
    requests = [len(r.body) for r in run.facts.desk.asked("POST", "/scores") if isinstance(r.body, list)]
    per_request = sum(requests) / max(1, len(requests))
    if per_request < TOGETHER:
        raise Failure(
            expected=f"at least {TOGETHER} orders in a request, on average",
            actual=f"{per_request:.1f} orders in a request, {len(requests)} requests",
            hint="an ordinary function knows one order at a time. Which kind of function is called with a whole batch of them?",
        )


@check(after=scores_are_asked_in_batches)
def connections_are_kept(run: Stage) -> None:
    """A connection is made once for a task, and not for each batch"""
    opened, batches = run.facts.desk.connections, len(run.facts.desk.asked("POST", "/scores"))
    if opened > CONNECTIONS:
        raise Failure(
            expected=f"at most {CONNECTIONS} connections",
            actual=f"{opened} connections, for {batches} batches",
            hint="eval is called for each batch. Where can a client be made that outlives it?",
        )
    if times_limits_were_asked(run) <= LIMITS_ASKED:  # so all is well, and there is time
        for line in run.run_beside(Path(python_cost.__file__), deadline_s=90):
            run.measure(f"the same fee {line}")


def times_limits_were_asked(run: Stage) -> int:
    return len(run.facts.desk.asked("GET", "/limits"))


def count_what_the_desk_saw(run: Stage) -> None:
    seen = run.facts.desk
    scores = [len(r.body) for r in seen.asked("POST", "/scores") if isinstance(r.body, list)]
    run.measure(
        f"{len(run.topic('orders').sent)} orders; the desk had {len(seen.requests)} requests over {seen.connections} connections;"
        f" the largest batch had {max(scores, default=0)} orders"
    )


def said(answer: dict) -> str:
    return f"look {str(answer['look']).lower()}, score {answer['score']}"
