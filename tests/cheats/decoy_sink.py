# exercise: checkpointing/survive
# ends: failed
# says: sent past Flink
"""A job that writes as many rows as there are totals, to a topic of its own; the totals are a dictionary in this program."""

import json
from decimal import Decimal

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.get_config().set("execution.checkpointing.interval", "500 ms")
tables.execute_sql(f"""
    CREATE TABLE orders (customer_id STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
admin = AdminClient({"bootstrap.servers": lab.kafka})
admin.create_topics([NewTopic("decoy", 1, 1)])["decoy"].result(10)
tables.execute_sql(f"CREATE TABLE decoy (customer_id STRING) WITH ({KAFKA}, 'topic' = 'decoy')")
tables.execute_sql("INSERT INTO decoy SELECT customer_id FROM orders")

totals: dict[str, tuple[int, Decimal]] = {}
consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("totals"), "auto.offset.reset": "earliest"})
consumer.subscribe([lab.topic("orders")])
producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 0})
while True:
    message = consumer.poll(1)
    if message is None or message.error():
        continue
    order = json.loads(message.value(), parse_float=Decimal)
    count, revenue = totals.get(order["customer_id"], (0, Decimal(0)))
    totals[order["customer_id"]] = count, revenue = count + 1, revenue + order["amount"]
    row = f'{{"customer_id": "{order["customer_id"]}", "orders": {count}, "revenue": {revenue}}}'
    producer.produce(lab.topic("totals"), row, key=json.dumps({"customer_id": order["customer_id"]}))
    producer.flush()
