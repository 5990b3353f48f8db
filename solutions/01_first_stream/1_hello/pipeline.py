"""Harbour ships what has been paid for: send the paid orders, and only those, to the topic paid_orders."""

from pyflink.table import EnvironmentSettings, TableEnvironment

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

# --8<-- [start:paid]
tables.execute_sql("""
    INSERT INTO paid_orders
    SELECT order_id, customer_id, amount
    FROM orders
    WHERE status = 'PAID'
""")
# --8<-- [end:paid]
