# trap: transaction-order
from clients import BROKER, topic
from confluent_kafka import Producer

from streamlings import lab

producer = Producer(BROKER | {"transactional.id": lab.name("totals")})
producer.init_transactions()
producer.produce(topic(), b"{}")
