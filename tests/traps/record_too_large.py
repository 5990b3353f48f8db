# trap: record-too-large
from clients import BROKER
from confluent_kafka import Producer

from streamlings import lab

producer = Producer(BROKER)
producer.produce(lab.topic("orders"), b"x" * 2_000_000)
