# exercise: first_stream/hello
# ends: failed
# says: paid orders only
"""Topics and a consumer group under names of its own."""

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic
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

admin = AdminClient({"bootstrap.servers": lab.kafka})
for made in admin.create_topics([NewTopic(f"litter-{n}", 3, 1) for n in range(10)]).values():
    made.result(10)
consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": "litter", "auto.offset.reset": "earliest"})
consumer.subscribe([lab.topic("orders")])
while consumer.poll(1) is None:
    pass
consumer.commit(asynchronous=False)
