"""Harbour's bookkeeping with the Table API. Its reader knows three words for a status; the others are as good as unknown to it."""

import json

from pyflink.table import DataTypes, EnvironmentSettings, Schema, TableDescriptor, TableEnvironment
from pyflink.table.expressions import col

from streamlings import lab

STATUS = {
    "type": "enum",
    "name": "shop.harbour.OrderStatus",
    "symbols": ["PAID", "CREATED", "CANCELLED", "SHIPPED", "SOMETHING_NEW"],
    "default": "SOMETHING_NEW",
}
READER = {
    "type": "record",
    "name": "Booking",
    "fields": [
        {"name": "status", "type": STATUS},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
        {"name": "timestamp", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "customer_id", "type": "string"},
        {"name": "order_id", "type": "string"},
    ],
}


def kafka(topic: str, form: str, schema: Schema) -> TableDescriptor:
    common = TableDescriptor.for_connector("kafka").option("properties.bootstrap.servers", lab.kafka).option("topic", lab.topic(topic))
    if form == "json":
        return common.option("format", "json").schema(schema).build()
    options = {"format": form, "avro-confluent.url": lab.registry, "avro-confluent.schema": json.dumps(READER)}
    for name, value in (options | {"scan.startup.mode": "earliest-offset"}).items():
        common = common.option(name, value)
    return common.schema(schema).build()


columns = [
    ("status", DataTypes.STRING()),
    ("amount", DataTypes.DECIMAL(10, 2)),
    ("timestamp", DataTypes.TIMESTAMP(3)),
    ("customer_id", DataTypes.STRING()),
    ("order_id", DataTypes.STRING()),
]
source, sink = Schema.new_builder(), Schema.new_builder()
for name, kind in columns:
    source = source.column(name, kind.not_null())
    sink = sink.column({"status": "state", "timestamp": "placed"}.get(name, name), kind.nullable())

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
orders = tables.from_descriptor(kafka("orders", "avro-confluent", source.build()))
renamed = orders.select(*(col(name) for name, _ in columns))
renamed.execute_insert(kafka("bookings", "json", sink.build()))
