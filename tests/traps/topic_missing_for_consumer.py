# trap: topic-missing
from clients import GROUP
from confluent_kafka import Consumer, KafkaException

from streamlings import lab

consumer = Consumer(GROUP)
consumer.subscribe([lab.topic("ordres")])
message = consumer.poll(10)
raise KafkaException(message.error())
