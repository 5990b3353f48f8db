# trap: replication-factor
from clients import BROKER
from confluent_kafka.admin import AdminClient, NewTopic

from streamlings import lab

admin = AdminClient(BROKER)
admin.create_topics([NewTopic(lab.topic("orders"), 3, 3)])[lab.topic("orders")].result(10)
