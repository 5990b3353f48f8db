"""The pipeline that `start` shows: orders of the shop, totalled by Flink in ten-second windows of event time."""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.get_config().set("pipeline.name", "Harbour: revenue every ten seconds")
tables.execute_sql(f"""
    CREATE TABLE orders (
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        event_time AS TO_TIMESTAMP_LTZ(`timestamp`, 3),
        WATERMARK FOR event_time AS event_time - INTERVAL '4' SECOND
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE totals (ten_seconds STRING, orders BIGINT, customers BIGINT, revenue DECIMAL(12, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("totals")}')
""")
tables.execute_sql("""
    INSERT INTO totals
    SELECT DATE_FORMAT(window_start, 'HH:mm:ss'), COUNT(*), COUNT(DISTINCT customer_id), CAST(SUM(amount) AS DECIMAL(12, 2))
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
    GROUP BY window_start, window_end
""")
