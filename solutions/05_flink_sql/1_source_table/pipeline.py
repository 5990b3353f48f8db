"""Harbour's order log: every order, with the moment at which it was placed written so that people can read it."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

# --8<-- [start:table]
tables.execute_sql(f"""
    CREATE TABLE orders (
        order_id STRING,
        customer_id STRING,
        amount DECIMAL(10, 2),
        status STRING,
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')
""")
# --8<-- [end:table]

tables.execute_sql(f"""
    CREATE TABLE order_log (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING, placed_at STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("order_log")}', 'format' = 'json')
""")

tables.execute_sql("""
    INSERT INTO order_log
    SELECT order_id, customer_id, amount, status, DATE_FORMAT(event_time, 'yyyy-MM-dd HH:mm:ss.SSS')
    FROM orders
""")
