# fails: time_is_the_orders_own
# says: that is when the message reached Kafka
"""Harbour's order log: every order, with the moment at which it was placed written so that people can read it."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        order_id STRING,
        customer_id STRING,
        amount DECIMAL(10, 2),
        status STRING,
        event_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE order_log (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING, placed_at STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("order_log")}', 'format' = 'json')
""")

tables.execute_sql("""
    INSERT INTO order_log
    SELECT order_id, customer_id, amount, status, DATE_FORMAT(event_time, 'yyyy-MM-dd HH:mm:ss.SSS')
    FROM orders
""")
