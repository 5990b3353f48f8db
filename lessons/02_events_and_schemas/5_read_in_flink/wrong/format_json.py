# fails: rows_arrive
# says: the topic holds something else: Avro
# varies: Flink names a character that holds the schema's id
"""Harbour's bookkeeping reads the orders, as rows with the names that it uses: to the topic `bookings`, as JSON."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        order_id STRING,
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        status STRING
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset',
            'format' = 'json')
""")

tables.execute_sql(f"""
    CREATE TABLE bookings (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), placed TIMESTAMP_LTZ(3), state STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("bookings")}', 'format' = 'json')
""")

tables.execute_sql("INSERT INTO bookings SELECT order_id, customer_id, amount, TO_TIMESTAMP_LTZ(`timestamp`, 3), status FROM orders")
