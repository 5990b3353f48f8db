# trap: none
from clients import own_broker
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

with own_broker() as (address, start_again):
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic("orders", 1, 1)])["orders"].result(10)
    producer = Producer({"bootstrap.servers": address, "reconnect.backoff.max.ms": 200})
    producer.produce("orders", b"before")
    producer.flush()
    producer.produce("orders", b"during")
    start_again()
    producer.produce("orders", b"after")
    print(producer.flush(), "not delivered")
