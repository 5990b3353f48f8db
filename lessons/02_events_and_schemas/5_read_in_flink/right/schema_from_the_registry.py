"""Harbour's bookkeeping: the reader's schema is version 1 as the registry has it, and rows are renamed in a view."""

import requests
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

version = requests.get(f"{lab.registry}/subjects/{lab.topic('orders')}-value/versions/1", timeout=10)
version.raise_for_status()
schema = version.json()["schema"].replace("'", "''")

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE orders (
        order_id VARCHAR NOT NULL, customer_id VARCHAR NOT NULL, amount DECIMAL(10, 2) NOT NULL,
        `timestamp` TIMESTAMP(3) NOT NULL, status VARCHAR NOT NULL
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset',
            'value.format' = 'avro-confluent', 'value.avro-confluent.url' = '{lab.registry}', 'value.avro-confluent.schema' = '{schema}')
""")
tables.execute_sql("""
    CREATE TEMPORARY VIEW renamed (placed, state, order_id, customer_id, amount)
    AS SELECT CAST(`timestamp` AS TIMESTAMP_LTZ(3)), status, order_id, customer_id, amount FROM orders
""")
tables.execute_sql(f"""
    CREATE TABLE bookings (state STRING, placed TIMESTAMP_LTZ(3), amount DECIMAL(10, 2), customer_id STRING, order_id STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("bookings")}', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601')
""")
tables.execute_sql("INSERT INTO bookings SELECT state, placed, amount, customer_id, order_id FROM renamed").wait()
