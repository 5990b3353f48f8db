# trap: compacted-without-key
from clients import BROKER, topic
from confluent_kafka import Producer

producer = Producer(BROKER)
producer.produce(topic(config={"cleanup.policy": "compact"}), b"{}", on_delivery=lambda error, message: print(error))
producer.flush()
