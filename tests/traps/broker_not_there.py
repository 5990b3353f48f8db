# trap: broker-not-there
from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "localhost:1", "message.timeout.ms": 500})
producer.produce("orders", b"{}", on_delivery=lambda error, message: print(error))
producer.flush()
