# fails: job_runs
# says: knows TIMESTAMP(3) only: no time zones
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
        `timestamp` TIMESTAMP_LTZ(3),
        status STRING
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset',
            'format' = 'avro-confluent', 'avro-confluent.url' = '{lab.registry}')
""")

tables.execute_sql(f"""
    CREATE TABLE bookings (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), placed TIMESTAMP(3), state STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("bookings")}', 'format' = 'json')
""")

tables.execute_sql("INSERT INTO bookings SELECT order_id, customer_id, amount, CAST(`timestamp` AS TIMESTAMP(3)), status FROM orders")
