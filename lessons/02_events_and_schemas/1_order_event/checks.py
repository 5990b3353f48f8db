"""The schema is judged by what it does: by what comes back when its file is read, now and by the readers of next year."""

import copy
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import fastavro

from streamlings.checks import Failure, check
from streamlings.stage.stage import Stage

STATUSES = ["CREATED", "PAID", "SHIPPED", "CANCELLED"]


def scenario(stage: Stage) -> None:
    """Orders with odd cents and milliseconds, as text; the program writes them as Avro."""
    shop = stage.shop
    customers, clocks = shop.customers(3), [f"{hour}:59:59.{shop.random.randrange(1, 1000):03}" for hour in (0, 7, 12, 23)]
    amounts = [Decimal("0.10"), Decimal("0.20"), Decimal("99999999.99"), shop.amount()]
    stage.facts.orders = [
        shop.order(shop.random.choice(customers), at, status=status, amount=amount)
        for at, status, amount in zip(clocks, STATUSES, amounts, strict=True)
    ]
    text = [o | {"amount": str(o["amount"]), "timestamp": moment(o).isoformat(timespec="milliseconds")} for o in stage.facts.orders]
    (stage.folder_of("in") / "orders.jsonl").write_text("\n".join(json.dumps(o) for o in text) + "\n")
    stage.until_finished(proves=file_can_be_read)


def moment(order: dict) -> datetime:
    return datetime.fromtimestamp(order["timestamp"] / 1000, UTC)


def written(run: Stage) -> tuple[dict, list[dict]]:
    """The schema in the file, and its records. Raises Failure where there is no Avro file."""
    content = run.file("out", "orders.avro")
    if content is None:
        raise Failure(expected="a file out/orders.avro", actual="no such file", hint="the starter wrote one: what became of that?")
    try:
        reader = fastavro.reader(io.BytesIO(content))
        return reader.writer_schema, list(reader)
    except Exception as e:
        raise Failure(expected="a readable Avro file", actual=f"{type(e).__name__}: {e}") from e


def read_again(run: Stage, reader_schema: dict) -> list[dict]:
    """The same file, read with another schema."""
    return list(fastavro.reader(io.BytesIO(run.file("out", "orders.avro") or b""), reader_schema))


@check
def file_can_be_read(run: Stage) -> None:
    """Every order is in the Avro file, in order"""
    _, records = written(run)
    ids = [record.get("order_id") for record in records]
    wanted = [order["order_id"] for order in run.facts.orders]
    if ids != wanted:
        raise Failure(expected=f"{len(wanted)} orders: {wanted}", actual=f"{len(ids)}: {ids}")
    missing = [name for name in run.facts.orders[0] if name not in records[0]]
    if missing:
        raise Failure(expected="the fields " + ", ".join(run.facts.orders[0]), actual="without " + ", ".join(missing))
    customers, ordered_by = ([row["customer_id"] for row in rows] for rows in (records, run.facts.orders))
    if customers != ordered_by:
        raise Failure(expected=f"customer_id {', '.join(ordered_by)}", actual=f"customer_id {', '.join(map(str, customers))}")


@check(after=file_can_be_read)
def money_is_exact(run: Stage) -> None:
    """Money comes back to the cent, and adds up"""
    _, records = written(run)
    amounts = [record.get("amount") for record in records]
    wanted = [order["amount"] for order in run.facts.orders]
    if isinstance(amounts[0], float) and amounts[0] + amounts[1] != 0.3:
        raise Failure(
            expected=f"{wanted[0]} + {wanted[1]} = 0.30",
            actual=f"{amounts[0]!r} + {amounts[1]!r} = {amounts[0] + amounts[1]!r}",
            hint="a double has no exact 0.10: which of Avro's logical types keeps decimal digits?",
        )
    if amounts != wanted or not all(isinstance(a, Decimal) for a in amounts):
        raise Failure(
            expected=", ".join(map(repr, wanted)), actual=", ".join(map(repr, amounts)), hint="a decimal has a precision and a scale"
        )


@check(after=file_can_be_read)
def timestamps_are_moments(run: Stage) -> None:
    """A timestamp comes back as the moment that it was, to the millisecond"""
    _, records = written(run)
    for record, order in zip(records, run.facts.orders, strict=True):
        found = record.get("timestamp")
        if found != moment(order):
            wanted = moment(order).isoformat(timespec="milliseconds")
            raise Failure(expected=wanted, actual=shown(found), hint=what_was_lost(found))


def shown(found: object) -> str:
    if isinstance(found, datetime):
        return found.isoformat(timespec="milliseconds")
    return f"{found}, a number: seconds? milliseconds? nobody can know" if isinstance(found, int) else repr(found)


def what_was_lost(found: object) -> str:
    if not isinstance(found, datetime):
        return "a long with a logicalType says what it counts"
    return (
        "a moment without a time zone: whose clock shows that?"
        if found.tzinfo is None
        else "the second is right: where are its milliseconds?"
    )


@check(after=file_can_be_read)
def status_is_one_of_few(run: Stage) -> None:
    """A status is one of the known ones, and a reader that does not know one yet falls back to a default"""
    schema, records = written(run)
    field = next((f for f in schema["fields"] if f["name"] == "status"), {"type": None})
    kind = field["type"]
    if not isinstance(kind, dict) or kind.get("type") != "enum":
        raise Failure(expected="a status that only takes known words", actual=f"status is a {kind}: \"payed\" would be written, too",
                      hint="Avro has a type for one of a few words")  # fmt: skip
    missing = [s for s in STATUSES if s not in kind["symbols"]]
    if missing:
        raise Failure(expected=f"the symbols {', '.join(STATUSES)}", actual=f"without {', '.join(missing)}")
    statuses, wanted = ([row["status"] for row in rows] for rows in (records, run.facts.orders))
    if statuses != wanted:
        raise Failure(expected=", ".join(wanted), actual=", ".join(map(str, statuses)), hint="the status is a word of the line, as it is")
    older = copy.deepcopy(schema)
    older_kind = next(f for f in older["fields"] if f["name"] == "status")["type"]
    older_kind["symbols"] = [s for s in older_kind["symbols"] if s != "CANCELLED"]
    try:
        fallback = read_again(run, older)[3]["status"]
    except Exception as e:
        raise Failure(
            expected="a reader from before CANCELLED existed reads the default",
            actual=f"it cannot read the file: {e}",
            hint="an enum may name a default symbol for words that it does not know",
        ) from e
    if fallback in STATUSES:
        raise Failure(
            expected="a cancelled order does not turn into something else that is true",
            actual=f"to an older reader, CANCELLED becomes {fallback}",
            hint="the default should say that the status is not known",
        )


@check(after=file_can_be_read)
def it_says_what_it_means(run: Stage) -> None:
    """The record has a namespace, and it says what it means, as does every field"""
    schema, _ = written(run)
    if "." not in schema["name"] and not schema.get("namespace"):
        raise Failure(
            expected="a full name, such as shop.harbour.OrderEvent",
            actual=schema["name"],
            hint="another team has an OrderEvent, too: a namespace tells the two apart",
        )
    if not says_something(schema):
        raise Failure(
            expected="a doc for the record", actual="none", hint="what has happened when such an event is written? Nobody should guess"
        )
    silent = [field["name"] for field in schema["fields"] if not says_something(field)]
    if silent:
        raise Failure(
            expected="a doc for every field",
            actual=f"none for {', '.join(silent)}",
            hint="is the amount with or without tax, and in which currency?",
        )


def says_something(described: dict) -> bool:
    """Whether a record or a field has a doc."""
    return bool(str(described.get("doc") or "").strip())
