# trap: client-setting
from confluent_kafka import Producer

Producer({"bootstrap.server": "127.0.0.1:1"})
