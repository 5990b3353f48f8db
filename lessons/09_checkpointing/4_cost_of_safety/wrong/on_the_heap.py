# fails: copies_what_has_changed
# says: The state lies on the heap
# varies: how long checkpoints take here
"""Harbour scores each order for fraud. The model takes its time, and a crash must not cost much of it."""

from hashlib import pbkdf2_hmac

from pyflink.table import EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

from streamlings import lab

KAFKA = f"'properties.bootstrap.servers' = '{lab.kafka}', 'topic' = "


@udf(result_type="DOUBLE")
def score(order_id, amount):
    """0 for an order below 1.00, which nobody looks at; for another one what the model says, which takes some milliseconds."""
    return pbkdf2_hmac("sha256", order_id.encode(), b"harbour", 4_000)[0] / 256 if amount >= 1 else 0.0


SAFETY = {
    "execution.checkpointing.interval": "1 s",
    "execution.checkpointing.unaligned.enabled": "true",
}
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
for name, value in SAFETY.items():
    tables.get_config().set(name, value)
tables.create_temporary_function("score", score)

tables.execute_sql(f"""CREATE TABLE orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2))
    WITH ('connector' = 'kafka', {KAFKA} '{lab.topic("orders")}', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset')""")
tables.execute_sql(f"""CREATE TABLE scores (customer_id STRING PRIMARY KEY NOT ENFORCED, orders BIGINT, order_id STRING, score DOUBLE)
    WITH ('connector' = 'upsert-kafka', {KAFKA} '{lab.topic("scores")}', 'key.format' = 'json', 'value.format' = 'json')""")
tables.execute_sql("""
    INSERT INTO scores SELECT customer_id, orders, order_id, score(order_id, amount) FROM (
    SELECT customer_id, COUNT(*) AS orders, LAST_VALUE(order_id) AS order_id, LAST_VALUE(amount) AS amount FROM orders GROUP BY customer_id)
""")
