# trap: poll-gave-nothing
from clients import GROUP, topic
from confluent_kafka import Consumer

consumer = Consumer(GROUP)
consumer.subscribe([topic()])
print(consumer.poll(0).value())
