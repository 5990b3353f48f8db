"""Harbour's order log, read by a named group that begins at the earliest message; the time has no zone, and is UTC."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

tables.execute_sql(f"""
    CREATE TABLE orders (
        status STRING,
        `timestamp` BIGINT NOT NULL,
        amount DECIMAL(10, 2),
        customer_id STRING,
        order_id STRING,
        placed AS CAST(TO_TIMESTAMP_LTZ(`timestamp`) AS TIMESTAMP(3)),
        WATERMARK FOR placed AS placed - INTERVAL '00:05' MINUTE TO SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'format' = 'json',
            'properties.group.id' = '{lab.name("order_log")}', 'properties.auto.offset.reset' = 'earliest')
""")
tables.execute_sql(f"""
    CREATE TABLE order_log (placed_at STRING, order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("order_log")}', 'format' = 'json')
""")
tables.execute_sql("""
    INSERT INTO order_log
    SELECT DATE_FORMAT(placed, 'yyyy-MM-dd HH:mm:ss.SSS'), order_id, customer_id, amount, status FROM orders
""").wait()
