# exercise: first_stream/hello
# ends: could_not_check or failed
# says:
"""It deletes the topics that the check sends to and reads from."""

from confluent_kafka.admin import AdminClient
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql("CREATE TABLE nowhere (order_id STRING) WITH ('connector' = 'blackhole')")
tables.execute_sql("INSERT INTO nowhere SELECT order_id FROM orders")

admin = AdminClient({"bootstrap.servers": lab.kafka})
for gone in admin.delete_topics([lab.topic("orders"), lab.topic("paid_orders")]).values():
    gone.result(10)
