# trap: all-brokers-down
from confluent_kafka import KafkaError, KafkaException, Producer


def give_up(error):
    if error.code() == KafkaError._ALL_BROKERS_DOWN:
        raise KafkaException(error)


producer = Producer({"bootstrap.servers": "127.0.0.1:1", "message.timeout.ms": 500, "error_cb": give_up, "log_level": 0})
producer.produce("orders", b"{}")
producer.flush()
