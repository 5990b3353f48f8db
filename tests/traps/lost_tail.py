# trap: lost-tail
from clients import BROKER, topic
from confluent_kafka import Producer

producer = Producer(BROKER | {"linger.ms": 500})
producer.produce(topic(), b"{}")
