# exercise: first_stream/hello
# ends: failed
# says: no Flink job of yours runs any more
"""A job that reads what is there and ends; the rows come from this program, past Flink."""

import json

from confluent_kafka import Consumer, Producer
from pyflink.table import EnvironmentSettings, TableEnvironment

from streamlings import lab

KAFKA = f"'connector' = 'kafka', 'properties.bootstrap.servers' = '{lab.kafka}', 'format' = 'json'"
ORDERS = f"{KAFKA}, 'topic' = '{lab.topic('orders')}', 'scan.startup.mode' = 'earliest-offset'"

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"CREATE TABLE orders (order_id STRING) WITH ({ORDERS}, 'scan.bounded.mode' = 'latest-offset')")
tables.execute_sql("CREATE TABLE nowhere (order_id STRING) WITH ('connector' = 'blackhole')")
tables.execute_sql("INSERT INTO nowhere SELECT order_id FROM orders").wait()

consumer = Consumer({"bootstrap.servers": lab.kafka, "group.id": lab.name("paid"), "auto.offset.reset": "earliest"})
consumer.subscribe([lab.topic("orders")])
producer = Producer({"bootstrap.servers": lab.kafka, "linger.ms": 0})
while True:
    message = consumer.poll(1)
    if message is None or message.error():
        continue
    order = json.loads(message.value())
    if order["status"] == "PAID":
        producer.produce(lab.topic("paid_orders"), json.dumps({name: order[name] for name in ("order_id", "customer_id", "amount")}))
        producer.flush()
