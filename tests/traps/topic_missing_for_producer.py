# trap: topic-missing
from clients import BROKER
from confluent_kafka import Producer

from streamlings import lab

producer = Producer(BROKER | {"topic.metadata.propagation.max.ms": 200})
producer.produce(lab.topic("ordres"), b"{}", on_delivery=lambda error, message: print(error))
producer.flush()
