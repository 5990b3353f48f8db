# trap: fewer-partitions
from clients import BROKER, topic
from confluent_kafka.admin import AdminClient, NewPartitions

orders = topic(partitions=3)
admin = AdminClient(BROKER)
admin.create_partitions([NewPartitions(orders, 3)])[orders].result(10)
