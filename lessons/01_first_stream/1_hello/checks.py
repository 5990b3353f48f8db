from collections.abc import Callable
from decimal import Decimal

from streamlings.checks import Failure, check, expect
from streamlings.stage import shapes
from streamlings.stage.days import Days, fold
from streamlings.stage.stage import Stage

STATUSES = ["CREATED", "PAID", "CANCELLED", "SHIPPED"]
WHICH = "some orders pass, this one does not. Which ones did you ask for?"


def scenario(stage: Stage) -> None:
    """Orders of every status; a few lie in the topic before the program starts, the others come while it runs."""
    shop, orders = stage.shop, stage.topic("orders")
    customers = shop.customers(4)
    statuses = STATUSES + [shop.random.choice(STATUSES) for _ in range(8)]
    sent = [shop.order(shop.random.choice(customers), f"12:00:{n:02}", status=status) for n, status in enumerate(statuses)]
    orders.send(*sent)
    stage.until_running(proves=job_runs)
    stage.topic("paid_orders").until(order_id=sent[1]["order_id"], hint=WHICH)
    last = shop.order(customers[0], "12:01:00", status="PAID")
    orders.send(shop.order(customers[1], "12:00:30", status="CANCELLED"), last)
    stage.topic("paid_orders").until(order_id=last["order_id"], proves=paid_orders_arrive, hint=WHICH)
    stage.facts.sent = list(orders.sent)
    days = stage.facts.days = Days(stage, "orders", "paid_orders", oracle=paid_of, found=arrived, say=str, until=arrive(stage))
    days.play(unruly_orders(stage), proves=unruly_day)


def unruly_orders(stage: Stage) -> dict[str, list[dict]]:
    """Orders of every status in any order; a customer who only cancels; times that run backwards."""
    random, order = stage.shop.random, stage.shop.order
    return {
        "every status, at random": [
            order(random.choice(["ada", "bob", "carol"]), "12:00", status=random.choice(STATUSES)) for _ in range(24)
        ],
        "a customer who only cancels": [order("hedy", f"12:{n:02}", status="CANCELLED") for n in range(4)],
        "times that run backwards": [order("jean", f"12:{n:02}", status=random.choice(STATUSES)) for n in range(30, 20, -1)],
    }


def paid_of(orders: list[dict]) -> dict[tuple[str, ...], Decimal]:
    """The oracle: by customer and order, the amount of every paid order."""
    return {(o["customer_id"], o["order_id"]): o["amount"] for o in orders if o["status"] == "PAID"}


def arrived(rows: list[dict]) -> dict[tuple[str, ...], list[Decimal]]:
    """What arrived, by customer and order."""
    return fold(((row.get("customer_id"), row.get("order_id")), row.get("amount")) for row in rows)


def arrive(stage: Stage) -> Callable[[list[dict]], bool]:
    """Whether all of some orders have arrived."""
    paid_orders = stage.topic("paid_orders")
    return lambda orders: not paid_orders.poll(0.02) and all(paid_orders.matching(order_id=o["order_id"]) for o in orders)


def rows_of_the_first_day(run: Stage) -> list[dict]:
    """What arrived, but for the orders of the unruly day."""
    later = {order["order_id"] for order in run.topic("orders").sent} - {order["order_id"] for order in run.facts.sent}
    return [row for row in run.topic("paid_orders").rows if row.get("order_id") not in later]


@check
def job_runs(run: Stage) -> None:
    """A Flink job reads the orders"""


@check(after=job_runs)
def paid_orders_arrive(run: Stage) -> None:
    """A paid order arrives while the stream is open"""


@check(after=paid_orders_arrive)
def only_paid_orders(run: Stage) -> None:
    """No other order arrives"""
    status = {order["order_id"]: order["status"] for order in run.topic("orders").sent}
    wrong = [row for row in rows_of_the_first_day(run) if status.get(row.get("order_id")) != "PAID"]
    if wrong:
        raise Failure(
            expected="paid orders only",
            actual=", ".join(f"{row.get('order_id')} ({status.get(row.get('order_id'), 'never sent')})" for row in wrong[:4]),
            because=run.timeline(*(row.get("order_id") for row in wrong[:2])),
            hint="which rows of the table may pass?",
        )


@check(after=only_paid_orders)
def every_paid_order_once(run: Stage) -> None:
    """Every paid order arrives, once and unchanged"""
    paid = [order for order in run.facts.sent if order["status"] == "PAID"]
    rows = rows_of_the_first_day(run)
    wanted = [{name: order[name] for name in ("order_id", "customer_id", "amount")} for order in paid]
    missing = [row["order_id"] for row in wanted if row not in rows]
    expect(
        f"{len(wanted)} rows",
        f"{len(rows)} rows" + (f", without {', '.join(missing)}" if missing else ""),
        because=run.timeline(*missing[:3]),
        hint=shapes.hint(run, paid_of, run.facts.sent, arrived(rows), otherwise="does the source begin at the earliest offset?"),
    )


@check(after=every_paid_order_once)
def unruly_day(run: Stage) -> None:
    """The same holds on a day when orders come in any order, over two partitions"""
    run.facts.days.judge(hint="what is different about that order?")
