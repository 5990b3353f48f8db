# trap: message-not-json
import json

from clients import BROKER, GROUP, topic
from confluent_kafka import Consumer, Producer

orders = topic()
producer = Producer(BROKER)
producer.produce(orders, b"ada, 12.50")
producer.flush()
consumer = Consumer(GROUP | {"auto.offset.reset": "earliest"})
consumer.subscribe([orders])
print(json.loads(consumer.poll(10).value()))
