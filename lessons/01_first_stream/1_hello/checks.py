from streamlings.checks import Failure, check, expect
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
    wrong = [row for row in run.topic("paid_orders").rows if status.get(row["order_id"]) != "PAID"]
    if wrong:
        raise Failure(
            expected="paid orders only",
            actual=", ".join(f"{row['order_id']} ({status.get(row['order_id'], 'never sent')})" for row in wrong[:4]),
            because=run.timeline(*(row["order_id"] for row in wrong[:2])),
            hint="which rows of the table may pass?",
        )


@check(after=only_paid_orders)
def every_paid_order_once(run: Stage) -> None:
    """Every paid order arrives, once and unchanged"""
    paid = [order for order in run.topic("orders").sent if order["status"] == "PAID"]
    wanted = [{name: order[name] for name in ("order_id", "customer_id", "amount")} for order in paid]
    missing = [row["order_id"] for row in wanted if row not in run.topic("paid_orders").rows]
    expect(
        f"{len(wanted)} rows",
        f"{len(run.topic('paid_orders').rows)} rows" + (f", without {', '.join(missing)}" if missing else ""),
        because=run.timeline(*missing[:3]),
        hint="does the source begin at the earliest offset?",
    )
