# trap: partition-missing
from clients import GROUP, topic
from confluent_kafka import Consumer, TopicPartition

from streamlings import lab

consumer = Consumer(GROUP)
consumer.subscribe([topic()])
consumer.seek(TopicPartition(lab.topic("orders"), 0, 0))
