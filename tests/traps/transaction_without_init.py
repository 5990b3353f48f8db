# trap: transaction-order
from clients import BROKER
from confluent_kafka import Producer

from streamlings import lab

Producer(BROKER | {"transactional.id": lab.name("totals")}).begin_transaction()
