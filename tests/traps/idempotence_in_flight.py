# trap: idempotence-settings
from confluent_kafka import Producer

Producer({"bootstrap.servers": "127.0.0.1:1", "enable.idempotence": True, "max.in.flight.requests.per.connection": 10})
