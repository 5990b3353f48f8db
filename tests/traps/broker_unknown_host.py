# trap: broker-not-there
from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "kafka.invalid:29092", "message.timeout.ms": 500})
producer.produce("orders", b"{}", on_delivery=lambda error, message: print(error))
producer.flush()
