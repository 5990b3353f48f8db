"""How a record's bytes are shown, and the lines that `look` prints."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import fastavro
import pytest

from streamlings import look
from streamlings.decoding import Schemas, decode
from streamlings.look import Record
from streamlings.report import look as report

NO_REGISTRY = Schemas("")
ORDER = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "customer", "type": "string"},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
    ],
}


def avro(id: int, order: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, ORDER, order)
    return b"\0" + id.to_bytes(4, "big") + out.getvalue()


def a_registry(url: str) -> Any:
    assert url.startswith("http://registry/schemas/ids/")
    answers = {"7": {"schema": json.dumps(ORDER)}, "8": {"schema": "message Order {}", "schemaType": "PROTOBUF"}}
    id = url.rsplit("/", 1)[1]
    if id not in answers:
        raise LookupError(url)
    return answers[id]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"ada", "ada"),
        (b"", ""),
        (b"42", "42"),
        (b'{"a":1,"b":[true,null]}', '{"a": 1, "b": [true, null]}'),
        (b'{\n  "a" : 1\n}', '{"a": 1}'),
        (b'{"amount":10.10,"n":12345678901234567890}', '{"amount": 10.10, "n": 12345678901234567890}'),  # not a digit is changed
        (rb'{"text":"a:b,  c \" : d"}', r'{"text": "a:b,  c \" : d"}'),
        ("grün".encode(), "grün"),
        (b"two\nlines", r"'two\nlines'"),
        (b"\x1b[31mred", r"'\x1b[31mred'"),  # a record must not steer the terminal
        (b"\xff\xfe", r"b'\xff\xfe'"),
        ((42).to_bytes(8, "big"), r"'\x00\x00\x00\x00\x00\x00\x00*'"),  # a long as key is no schema id
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_bytes_are_shown(data: bytes, shown: str) -> None:
    assert decode(data, NO_REGISTRY) == shown


def test_avro_without_a_registry_says_which_schema() -> None:
    data = avro(7, {"customer": "ada", "amount": Decimal("19.90")})
    assert decode(data, NO_REGISTRY) == f"avro, schema id 7, {len(data)} bytes"


def test_avro_with_a_registry_is_decoded_and_the_schema_asked_for_once() -> None:
    schemas = Schemas("http://registry", ask=a_registry)
    data = avro(7, {"customer": "ada", "amount": Decimal("19.90")})
    assert decode(data, schemas) == '{"customer": "ada", "amount": "19.90"}'
    schemas.ask = None
    assert decode(data, schemas) == '{"customer": "ada", "amount": "19.90"}'


def test_avro_that_cannot_be_decoded_says_why() -> None:
    schemas = Schemas("http://registry", ask=a_registry)
    whole = avro(7, {"customer": "ada", "amount": Decimal("19.90")})
    assert decode(whole[:-3], schemas).startswith(f"avro, schema id 7, {len(whole) - 3} bytes (cannot be decoded")
    assert decode(avro(9, {"customer": "a", "amount": Decimal(1)}), schemas).endswith("(the registry does not know this id)")
    assert decode(b"\0\0\0\0\x08\x0a\x03ada", schemas) == "schema id 8, 10 bytes (not Avro)"


def test_an_unknown_topic_names_the_nearest() -> None:
    error = look._unknown("order", ["orders", "payments"])
    assert (error.message, error.exit_code) == ("there is no topic order", 2)
    assert error.hint == "did you mean orders? there are: orders, payments"
    assert look._unknown("zzz", ["orders"]).hint == "there are: orders"
    assert "no topics yet" in look._unknown("orders", []).hint


def test_lines() -> None:
    record = Record(2, 12, 1559563210000, "ada", '{"n": 1}', [("trace", "a1")])
    assert report.lines(record) == [
        'partition 2  offset 12     2019-06-03T12:00:10.000Z  key ada  {"n": 1}',
        "    headers  trace=a1",
    ]
    assert report.when(None) == "(no time)"
    assert report.when(2**62) == f"{2**62} ms"


def test_show_puts_data_on_stdout_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.show(iter([Record(0, 0, 0, "k", look.TOMBSTONE, [])])) == 1
    out, err = capsys.readouterr()
    assert out == "partition 0  offset 0      1970-01-01T00:00:00.000Z  key k  (tombstone)\n"
    assert err == "1 record\n"


@pytest.mark.parametrize(
    ("names", "prefix", "shown"),
    [
        (["orders", "run_hello_ab12_orders"], "", "run_hello_ab12_orders"),
        (["orders", "run_hello_ab12_orders", "run_hello_cd34_orders"], "", "orders"),
        (["orders"], "", "orders"),
        (["orders", "ada_run_hello_ab12_orders", "bob_run_hello_cd34_orders"], "ada_", "ada_run_hello_ab12_orders"),
        (["orders", "ada_orders", "bob_run_hello_cd34_orders"], "ada_", "ada_orders"),
        (["orders", "bob_orders"], "ada_", "orders"),
    ],
)
def test_which_topic_a_name_means(names: list[str], prefix: str, shown: str) -> None:
    """That of the program under `run`; on servers that others use, one's own."""
    assert look.meant(names, "orders", prefix) == shown
