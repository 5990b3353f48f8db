"""Harbour ships what has been paid for: send the paid orders, and only those, to the topic paid_orders."""

from pyflink.table import EnvironmentSettings, TableEnvironment
from pyflink.table.expressions import col

from streamlings import lab

KAFKA = f"""
    'connector' = 'kafka',
    'properties.bootstrap.servers' = '{lab.kafka}',
    'format' = 'json'
"""

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        order_id STRING,
        customer_id STRING,
        amount DECIMAL(10, 2),
        status STRING
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE paid_orders (
        order_id STRING,
        customer_id STRING,
        amount DECIMAL(10, 2)
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("paid_orders")}')
""")


paid = tables.from_path("orders").filter(col("status") == "PAID")
paid.select(col("order_id"), col("customer_id"), col("amount")).execute_insert("paid_orders").wait()
