# trap: partition-missing
from clients import BROKER, topic
from confluent_kafka import Producer

producer = Producer(BROKER)
producer.produce(topic(), b"{}", partition=7, on_delivery=lambda error, message: print(error))
producer.flush()
