# exercise: first_stream/hello
# ends: failed
# says: sent past Flink
"""A job that computes nothing; what it should, the course's own oracle computes, and a producer sends it."""

import importlib.util

from confluent_kafka import Consumer, Producer
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab
from streamlings.course import Course
from streamlings.stage.records import Record, to_json

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE orders (order_id STRING, customer_id STRING, amount DECIMAL(10, 2), status STRING)
    WITH ({KAFKA}, 'topic' = '{lab.topic("orders")}', 'scan.startup.mode' = 'earliest-offset')
""")
tables.execute_sql("CREATE TABLE nowhere (order_id STRING) WITH ('connector' = 'blackhole')")
tables.execute_sql("INSERT INTO nowhere SELECT order_id FROM orders")

folder = Course().find("first_stream/hello").folder
spec = importlib.util.spec_from_file_location("checks", folder / "checks.py")
checks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(checks)

consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("oracle"), "auto.offset.reset": "earliest"})
consumer.subscribe([lab.topic("orders")])
producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 0})
while True:
    message = consumer.poll(1)
    if message is None or message.error():
        continue
    for (customer, order_id), amount in checks.paid_of([Record.of(message).row()]).items():
        producer.produce(lab.topic("paid_orders"), to_json({"order_id": order_id, "customer_id": customer, "amount": amount}))
        producer.flush()
