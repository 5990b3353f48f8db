# trap: no-committed-offset
from clients import GROUP, topic
from confluent_kafka import Consumer

consumer = Consumer(GROUP | {"auto.offset.reset": "error"})
consumer.subscribe([topic()])
print(consumer.poll(10).error())
