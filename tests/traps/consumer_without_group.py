# trap: consumer-without-group
from clients import BROKER
from confluent_kafka import Consumer

Consumer(BROKER)
