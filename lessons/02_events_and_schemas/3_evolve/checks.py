"""A schema's versions are judged by their readers: at each step one with the version before and one with the new version, in Python
(fastavro) and in Flink, on the bytes that the program has written. What the registry refused is read from the proxy before it."""

import json
from decimal import Decimal
from typing import Any

from streamlings.checks import Failure, check
from streamlings.stage.records import Record
from streamlings.stage.registry_proxy import Request
from streamlings.stage.schemas import Version, schema_id
from streamlings.stage.stage import Stage

DAYS = 6
ORDERS_A_DAY = 5
RECORD = "shop.harbour.OrderEvent"
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
FIRST = ["order_id", "customer_id", "amount"]
LAST = ["order_id", "customer_id", "total", "currency"]


def scenario(stage: Stage) -> None:
    """Six days of orders: on the first one all are paid in euros, later some in francs. The program takes as many steps as it needs."""
    shop = stage.shop
    customers = shop.customers(4)
    stage.facts.days = [[order_of(shop, shop.random.choice(customers), day, n) for n in range(ORDERS_A_DAY)] for day in range(DAYS)]
    for day, orders in enumerate(stage.facts.days, 1):
        (stage.folder_of("in") / f"day-{day}.jsonl").write_text("".join(json.dumps(order) + "\n" for order in orders))
    stage.settle(lambda: stage.program is not None and stage.program.ended)
    if not stopped_by_the_registry(stage):
        stage.until_finished(proves=program_ends)
        stage.facts.versions = stage.registry.versions(stage.registry.subject("orders"))
        stage.facts.flink = read_with_flink(stage)


def read_with_flink(stage: Stage) -> str:
    """The Flink team's job: its columns are its reader's schema; money is `total` where there is one, else `amount`. "" or its error."""
    columns = "order_id STRING, amount DECIMAL(10, 2), total DECIMAL(10, 2), place BIGINT METADATA FROM 'offset' VIRTUAL"
    kafka = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{stage.lab.kafka}', 'topic' ="
    avro = f"'format' = 'avro-confluent', 'avro-confluent.url' = '{stage.lab.registry}'"
    whole = "'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'"
    result = "place BIGINT, money DECIMAL(10, 2), amount DECIMAL(10, 2)"
    return stage.read_with_flink(
        "the Flink team reads orders",
        f"CREATE TABLE orders ({columns}) WITH ({kafka} '{stage.topic('orders').full_name}', {whole}, {avro})",
        f"CREATE TABLE read_back ({result}) WITH ({kafka} '{stage.topic('read_by_flink').full_name}', 'format' = 'json')",
        "INSERT INTO read_back SELECT place, COALESCE(total, amount), amount FROM orders",
    )


def order_of(shop: Any, customer: str, day: int, n: int) -> dict:
    currency = "CHF" if day and n % 2 else "EUR"
    order = shop.order(customer, "12:00")
    return {"order_id": order["order_id"], "customer_id": customer, "paid": str(order["amount"]), "currency": currency}


# --- what the registry says


@check
def versions_are_accepted(run: Stage) -> None:
    """The registry accepts every version that the program needs"""
    refused = stopped_by_the_registry(run)
    if refused:
        accepted = [fields_of(request.body) for _, request in run.registry.registrations() if request.status < 400]
        raise Failure(
            expected="a version with which readers of the one before can read on, and the other way round",
            actual=f"{refused[-1].status}: the registry refuses version {len(accepted) + 1}",
            because=[f"the registry says: {what_it_says(refused[-1].answer)}"],
            hint=why_refused(accepted[-1] if accepted else {}, fields_of(refused[-1].body)),
        )


def stopped_by_the_registry(run: Stage) -> list[Request]:
    """The requests that were refused, where the program has not got over that. One that only asked, and went on, is none of these."""
    refused = [request for _, request in run.registry.registrations() if request.status >= 400]
    return refused if run.program is None or run.program.exit_code != 0 else []


def fields_of(body: bytes) -> dict[str, dict]:
    """By name, the fields of a schema that was sent to the registry; {} where it is no record."""
    try:
        return {field["name"]: field for field in json.loads(json.loads(body)["schema"])["fields"]}
    except (ValueError, KeyError, TypeError):
        return {}


def what_it_says(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["message"]).rpartition("list of diff types: ")[2]
    except (ValueError, KeyError, TypeError):
        return answer.decode("utf-8", "replace")[:200]


def why_refused(before: dict[str, dict], after: dict[str, dict]) -> str:
    """What a reader of one of the two versions would lack."""
    gone = [name for name in before if name not in after]
    for name, field in after.items():
        renamed = [alias for alias in field.get("aliases", []) if alias in before]
        if name not in before and renamed:
            return f"an alias helps readers that have it: the new ones. What do the old ones do, who look for `{renamed[0]}`?"
        if name in before and kind(before[name]) != kind(field):
            return f"`{name}` has another type: what do readers of the version before make of its bytes?"
        if name not in before and "default" not in field:
            return f"`{name}` is new and has no default: what shall a reader that knows it put there, for an order that has none?"
    for name in gone:
        if "default" not in before[name]:
            return f"`{name}` is gone, and in the version before it has no default: what shall a reader of that version put there?"
    return "which reader could no longer read, one with the version before or one with this one?"


def kind(field: dict) -> str:
    return json.dumps(field.get("type"), sort_keys=True)


@check(after=versions_are_accepted)
def program_ends(run: Stage) -> None:
    """The program ends"""


@check(after=program_ends)
def rule_stays_full(run: Stage) -> None:
    """The subject's rule is FULL all the time, and no version is taken back"""
    subject = run.registry.subject("orders")
    for request in run.registry.requests:
        path, said = request.path.partition("?")[0], request.body.decode("utf-8", "replace")
        if request.method == "DELETE":
            raise Failure(
                expected="the versions stay",
                actual=f"DELETE {run.short(path.removeprefix('/subjects/'))}",
                hint="what is deleted has no rule any more. And who reads the events that name these versions?",
            )
        if request.method == "PUT" and path.startswith("/config") and '"FULL"' not in said:
            raise Failure(
                expected="the rule FULL",
                actual=f"PUT /config with {said}",
                hint="a rule that is off for a moment is off for the one version that it is there for. Who finds out, and when?",
            )
    if run.registry.compatibility(subject) != "FULL":
        raise Failure(expected="FULL", actual=run.registry.compatibility(subject) or "no such subject", hint="which subject is it for?")


# --- what the readers say


@check(after=program_ends)
def each_day_has_its_version(run: Stage) -> None:
    """Each version of the topic's subject is followed by its day's orders, written with it"""
    steps, versions = days_written(run), run.facts.versions
    ids, known = [id for id, _ in steps], [version.id for version in versions]
    if ids != known:
        others = sorted({run.short(name) for name, _ in run.registry.registrations() if name != run.registry.subject("orders")})
        raise Failure(
            expected=f"orders with each of the {len(known)} versions of orders-value, in their order",
            actual=f"orders with {len(ids)} schemas, {len([id for id in ids if id in known])} of them versions of orders-value",
            because=[f"your program has registered under {', '.join(others)}"] if others else [],
            hint="the rule holds for one subject: a schema under another name is held to nothing",
        )
    for day, (records, orders) in enumerate(zip([records for _, records in steps], run.facts.days, strict=False), 1):
        events = [read(run, record, f"day {day}") for record in records]
        found = [(e.get("order_id"), e.get("customer_id"), (r.key or b"").decode()) for e, r in zip(events, records, strict=True)]
        wanted = [(order["order_id"], order["customer_id"], order["customer_id"]) for order in orders]
        if found != wanted:
            hint = "each order of the day once, in the order of the file, with the customer's id as key"
            raise Failure(expected=f"day {day}: {wanted}", actual=f"day {day}: {found}", hint=hint)
    for version in versions:
        name = f"{version.schema.get('namespace', '')}.{version.schema['name']}".lstrip(".")
        if name != RECORD:
            raise Failure(expected=RECORD, actual=name, hint="by which name do programs in other languages know the record?")
    if sorted(names(versions[0])) != sorted(FIRST) or names(versions[0])["amount"]["type"] != MONEY:
        actual = ", ".join(f"{name} {kind(field)}" for name, field in names(versions[0]).items())
        hint = "the readers of today know that version, and no other"
        raise Failure(expected=f"version 1 with {', '.join(FIRST)}, amount {json.dumps(MONEY)}", actual=actual, hint=hint)


def days_written(run: Stage) -> list[tuple[int | None, list[Record]]]:
    """The messages of the topic, cut where the schema's id changes."""
    steps: list[tuple[int | None, list[Record]]] = []
    for record in run.topic("orders").committed:
        id = schema_id(record.value)
        if not steps or steps[-1][0] != id:
            steps.append((id, []))
        steps[-1][1].append(record)
    return steps


def names(version: Version) -> dict[str, dict]:
    """The fields of a version, by name."""
    return {field["name"]: field for field in version.schema["fields"]} if "fields" in version.schema else {}


@check(after=each_day_has_its_version)
def old_readers_read_on(run: Stage) -> None:
    """Each day, readers with the version of the day before read what customers pay"""
    for day in range(2, len(run.facts.versions) + 1):
        judge_reader(run, run.facts.versions[day - 2], day, "do the events fill every field that somebody still reads?")


@check(after=old_readers_read_on)
def new_readers_read_all(run: Stage) -> None:
    """Each day, readers with the new version read it too, also in the orders of the day before"""
    for day, version in enumerate(run.facts.versions, 1):
        for written in range(max(1, day - 1), day + 1):
            judge_reader(run, version, written, "an order from before has no total. Is that the same as a total of zero?")


def judge_reader(run: Stage, reader: Version, day: int, hint_for_zero: str) -> None:
    """Let a reader with this version read the orders of a day; the money from `total` where there is one, else from `amount`."""
    title = f"a reader with version {reader.number}, on day {day}"
    _, records = days_written(run)[day - 1]
    for record, order in zip(records, run.facts.days[day - 1], strict=True):
        event = read(run, record, title, reader.schema)
        found = event["total"] if event.get("total") is not None else event.get("amount")
        if found != Decimal(order["paid"]) or not isinstance(found, Decimal):
            zero = found in (0, "\0", "", b"", b"\0")
            raise Failure(
                expected=f"{title}: {order['order_id']}  {order['paid']}",
                actual=f"{title}: {order['order_id']}  {'0, a default' if zero else repr(found)}",
                because=[f"written with {', '.join(names(run.facts.versions[day - 1]))}", f"read as {event}"],
                hint=hint_for_zero if zero else "the registry compares types, not meanings: it lets text be read as bytes",
            )
        if "currency" in names(reader) and event["currency"] != order["currency"]:
            raise Failure(
                expected=f"{title}: {order['order_id']}  {order['currency']}",
                actual=f"{title}: {order['order_id']}  {event['currency']}",
                hint="in which currency was everything before there was a field for it? And since when are there others?",
            )


def read(run: Stage, record: Record, title: str, reader: dict | None = None) -> dict:
    """What fastavro makes of a message, resolved with the reader's schema. Raises Failure where it makes nothing of it."""
    try:
        return run.registry.decode(record.value or b"", reader)
    except ValueError as e:
        hint = "what does this reader look for, and where could it come from?"
        raise Failure(expected=f"{title}: an order", actual=f"{title}: {e}", hint=hint) from e


@check(after=each_day_has_its_version)
def amount_is_called_total(run: Stage) -> None:
    """In the end an order has a total and a currency, and no amount"""
    last = names(run.facts.versions[-1])
    if sorted(last) != sorted(LAST):
        raise Failure(
            expected=f"the last version has {', '.join(LAST)}",
            actual=f"it has {', '.join(last)}",
            hint="expand, then contract: the second half is the one that is put off for ever" if "amount" in last else "what is missing?",
        )


@check(after=new_readers_read_all)
def flink_reads_the_same(run: Stage) -> None:
    """Flink reads the same money, on every day"""
    if run.facts.flink:
        raise Failure(expected="a row for each order", actual=run.facts.flink, hint="Python reads these bytes: what differs?")
    rows = {row["place"]: row for row in run.topic("read_by_flink").rows}
    steps, blind = [records for _, records in days_written(run)], []
    for day, (records, orders) in enumerate(zip(steps, run.facts.days, strict=False), 1):
        for record, order in zip(records, orders, strict=True):
            money = rows.get(record.offset, {}).get("money")
            if money != Decimal(order["paid"]):
                raise Failure(
                    expected=f"day {day}: {order['order_id']}  {order['paid']}",
                    actual=f"day {day}: {order['order_id']}  {money}",
                    because=["Flink's columns are DECIMAL(10, 2): it reads the bytes by its own scale, Python by the writer's"],
                    hint="is the new field of the same type as the old one, to the last digit?",
                )
        blind += [str(day)] if all(rows[record.offset].get("amount") is None for record in records) else []
    if blind:
        run.measure(f"a Flink job that still reads `amount` reads NULL on day {', '.join(blind)}, and no error")
