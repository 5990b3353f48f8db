# fails: job_runs
# says: the columns must be the schema's fields
"""Harbour's bookkeeping reads the orders, as rows with the names that it uses: to the topic `bookings`, as JSON."""

import json

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

# What this job wants to know of an order: its reader's schema. Fields that it does not name are skipped.
ORDER_EVENT = {
    "type": "record",
    "name": "shop.harbour.OrderEvent",
    "fields": [
        {"name": "order_id", "type": "string"},
        {"name": "customer_id", "type": "string"},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
        {"name": "timestamp", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "status", "type": {"type": "enum", "name": "OrderStatus", "default": "UNKNOWN",
                                    "symbols": ["UNKNOWN", "CREATED", "PAID", "SHIPPED", "CANCELLED"]}},
    ],
}  # fmt: skip

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        order_id STRING,
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` TIMESTAMP(3),
        status STRING
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset',
            'format' = 'avro-confluent', 'avro-confluent.url' = '{lab.registry}', 'avro-confluent.schema' = '{json.dumps(ORDER_EVENT)}')
""")

tables.execute_sql(f"""
    CREATE TABLE bookings (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), placed TIMESTAMP(3), state STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("bookings")}', 'format' = 'json')
""")

tables.execute_sql("INSERT INTO bookings SELECT order_id, customer_id, amount, `timestamp`, status FROM orders")
