# trap: transaction-order
from clients import BROKER
from confluent_kafka import Producer

Producer(BROKER).init_transactions()
