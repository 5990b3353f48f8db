# trap: transaction-timeout
from clients import BROKER
from confluent_kafka import Producer

from streamlings import lab

producer = Producer(BROKER | {"transactional.id": lab.name("totals"), "transaction.timeout.ms": 3_600_000})
producer.init_transactions()
