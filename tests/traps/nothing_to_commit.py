# trap: nothing-to-commit
from clients import GROUP, topic
from confluent_kafka import Consumer

consumer = Consumer(GROUP | {"enable.auto.commit": False})
consumer.subscribe([topic()])
consumer.poll(0)
consumer.commit(asynchronous=False)
