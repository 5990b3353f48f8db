# trap: message-timed-out
from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "127.0.0.1:1", "message.timeout.ms": 500, "log_level": 0})
producer.produce("orders", b"{}", on_delivery=lambda error, message: print(error))
producer.flush()
