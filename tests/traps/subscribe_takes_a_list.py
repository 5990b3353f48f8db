# trap: subscribe-takes-a-list
from clients import GROUP
from confluent_kafka import Consumer

Consumer(GROUP).subscribe("orders")
