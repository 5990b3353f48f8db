"""Flink reads Avro, and is compared with what Python has written: first one version of the schema, then the next one beside it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from streamlings.checks import Check, Failure, check
from streamlings.stage.stage import Stage

MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
STATUSES = ["CREATED", "PAID", "SHIPPED", "CANCELLED"]
NEW_STATUS = "RETURNED"
NEXT_VERSION = "the next version"


def order_event(*statuses: str, more: list[dict] | None = None) -> dict:
    """The shop's schema with these words for a status."""
    status = {"type": "enum", "name": "OrderStatus", "symbols": ["UNKNOWN", *statuses], "default": "UNKNOWN"}
    fields = [
        *({"name": name, "type": "string"} for name in ("order_id", "customer_id")),
        {"name": "amount", "type": MONEY},
        {"name": "timestamp", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "status", "type": status},
    ]
    return {"type": "record", "name": "shop.harbour.OrderEvent", "fields": [*(more or []), *fields]}


VERSION_1 = order_event(*STATUSES)
VERSION_2 = order_event(*STATUSES, NEW_STATUS, more=[{"name": "currency", "type": "string", "default": "EUR"}])


def encoder(stage: Stage) -> Callable[[dict], bytes]:
    """How the shop writes an order so far: with version 1. `./streamlings run` writes so, too."""
    registry = stage.registry
    version_1 = registry.register(registry.subject("orders"), VERSION_1)
    return lambda order: registry.encode(version_1, order)


def scenario(stage: Stage) -> None:
    """Orders of version 1; then version 2, which has a currency and a new status, while one old program still sends version 1."""
    registry, orders, shop = stage.registry, stage.topic("orders"), stage.shop
    customers = shop.customers(3)

    def send(encode: Callable[[dict], bytes], *statuses: str) -> None:
        for status in statuses:
            at = f"{8 + len(orders.sent):02}:{shop.random.randrange(60):02}:59.{shop.random.randrange(1, 1000):03}"
            order = shop.order(shop.random.choice(customers), at, status=status)
            orders.send(order, encode=encode)

    first = encoder(stage)
    send(first, *STATUSES, *shop.random.choices(STATUSES, k=4))
    stage.until_running(proves=job_runs)
    arrive(stage, 8, proves=rows_arrive)

    stage.act(NEXT_VERSION)
    version_2 = registry.register(registry.subject("orders"), VERSION_2)
    send(lambda order: registry.encode(version_2, order | {"currency": "CHF"}), NEW_STATUS, "PAID", "CREATED")
    send(first, "PAID")
    arrive(stage, 12, proves=next_version_is_read)


def arrive(stage: Stage, count: int, *, proves: Check) -> None:
    """Wait until so many rows have come out."""
    bookings = stage.topic("bookings")

    def arrived() -> bool:
        bookings.poll(0.02)
        return len(bookings.rows) >= count

    stage.until(arrived, f"{count} rows in bookings", proves=proves, hint="what does your query leave out?")


@check
def job_runs(run: Stage) -> None:
    """A Flink job reads the orders"""


@check(after=job_runs)
def rows_arrive(run: Stage) -> None:
    """A row comes out for each order, while the stream is open"""


@check(after=rows_arrive)
def rows_say_what_the_orders_say(run: Stage) -> None:
    """Each row says what its order says: who, how much, when, and which state"""
    rows, sent = run.topic("bookings").rows, run.topic("orders").sent
    if len(rows) > len(sent):
        hint = "which statement writes them a second time?"
        raise Failure(expected=f"{len(sent)} rows", actual=f"{len(rows)} rows", because=run.timeline(sent[0]["order_id"]), hint=hint)
    compare(run, sent[:8])


@check(after=rows_say_what_the_orders_say)
def next_version_is_read(run: Stage) -> None:
    """The job goes on when the next version of the schema comes, and orders of both are read"""
    compare(run, run.topic("orders").sent[8:], act=NEXT_VERSION)


def compare(run: Stage, sent: list[dict], act: str = "") -> None:
    """Row by row: one partition, one task, so rows have the order of the events."""
    at = run.topic("orders").sent.index(sent[0])
    rows = run.topic("bookings").rows[at : at + len(sent)]
    for order, row in zip(sent, rows, strict=True):
        wanted = {"order_id": order["order_id"], "customer_id": order["customer_id"], "amount": order["amount"]}
        wanted |= {"placed": datetime.fromtimestamp(order["timestamp"] / 1000, UTC), "state": order["status"]}
        found = {name: row.get(name) for name in wanted} | {"placed": moment(row.get("placed"))}
        if order["status"] == NEW_STATUS and found["state"] not in STATUSES and found["state"]:
            found["state"] = NEW_STATUS  # a reader that does not know it yet may say so
        for name in wanted:
            if found[name] != wanted[name]:
                raise Failure(
                    expected=f"{order['order_id']}  {name} {str(wanted[name]).removesuffix('000+00:00')}",
                    actual=f"{order['order_id']}  {name} {row.get(name)}",
                    because=run.timeline(order["order_id"], act=act),
                    hint=what_happened(name, wanted[name], row.get(name)),
                )


def moment(text: object) -> datetime | None:
    """When a row says that its order was placed; a text without a zone is UTC."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def what_happened(name: str, wanted: object, found: object) -> str:
    if found is None:
        return f"NULL, and no error: which field of the schema does your column for `{name}` name? Avro finds fields by their names"
    if isinstance(wanted, Decimal) and isinstance(found, int | Decimal) and is_moved(wanted, Decimal(found)):
        return "the digits are right, the point is not: Flink counts the decimals by your scale, whatever the writer's was"
    return "which value did the bytes hold, and who made this of it?"


def is_moved(wanted: Decimal, found: Decimal) -> bool:
    """Whether the point is elsewhere; what was cut off behind the cent does not count."""
    return any(found == wanted * by or abs(found - wanted / by) < Decimal("0.01") for by in (10, 100, 1_000, 10_000))
