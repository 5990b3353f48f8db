# trap: poll-too-late
from clients import GROUP, topic
from confluent_kafka import Consumer

from streamlings import wait

consumer = Consumer(GROUP | {"group.protocol": "consumer", "max.poll.interval.ms": 1000})
consumer.subscribe([topic()])
wait.until(lambda: consumer.poll(0.1) or consumer.assignment(), deadline_s=30)
wait.until(lambda: False, deadline_s=3)  # work that takes longer than a consumer may be silent
print(consumer.poll(10).error())
