# trap: queue-full
from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
while True:
    producer.produce("orders", b"{}")
