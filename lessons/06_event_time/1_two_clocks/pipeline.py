"""Harbour's daily report: how many orders each customer placed on each day (UTC), and for how much.

It is made while orders come in. Whoever makes it once more, from the same orders, must get the same report.
"""

from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())

# TODO: this report goes by the clock of the machine that makes it. Which clock knows when an order was placed?
tables.execute_sql(f"""
    CREATE TABLE orders (
        customer_id STRING,
        amount DECIMAL(10, 2),
        `timestamp` BIGINT,
        counted_at AS PROCTIME()
    ) WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")

tables.execute_sql(f"""
    CREATE TABLE daily (customer_id STRING, `day` STRING, orders BIGINT, revenue DECIMAL(12, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("daily")}')
""")

tables.execute_sql("""
    INSERT INTO daily
    SELECT customer_id, DATE_FORMAT(window_start, 'yyyy-MM-dd'), COUNT(*), CAST(SUM(amount) AS DECIMAL(12, 2))
    FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(counted_at), INTERVAL '1' DAY))
    GROUP BY customer_id, window_start, window_end
""")
