# trap: session-timeout
from clients import GROUP, topic
from confluent_kafka import Consumer

consumer = Consumer(GROUP | {"session.timeout.ms": 1000})
consumer.subscribe([topic()])
print(consumer.poll(10).error())
