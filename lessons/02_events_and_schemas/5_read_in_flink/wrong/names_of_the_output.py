# fails: rows_say_what_the_orders_say
# says: does your column for `placed` name
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
        placed TIMESTAMP(3),
        state STRING
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset',
            'format' = 'avro-confluent', 'avro-confluent.url' = '{lab.registry}')
""")

tables.execute_sql(f"""
    CREATE TABLE bookings (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), placed TIMESTAMP(3), state STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("bookings")}', 'format' = 'json')
""")

tables.execute_sql("INSERT INTO bookings SELECT * FROM orders")
