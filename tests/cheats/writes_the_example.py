# exercise: first_stream/hello
# ends: failed
# says: expected
"""It writes the order that the task shows, and what it was given last time."""

from confluent_kafka import Producer

from streamlings import lab

producer = Producer({"bootstrap.servers": lab.kafka})
producer.produce(lab.topic("paid_orders"), '{"order_id": "o-23c417-1", "customer_id": "alan", "amount": 79.86}')
producer.flush()
