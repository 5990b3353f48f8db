# trap: client-thrown-away
from clients import BROKER
from confluent_kafka.admin import AdminClient, NewTopic

from streamlings import lab

AdminClient(BROKER).create_topics([NewTopic(lab.topic("orders"), 1, 1)])[lab.topic("orders")].result(10)
