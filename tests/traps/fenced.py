# trap: fenced
from clients import BROKER, topic
from confluent_kafka import Producer

from streamlings import lab

orders = topic()
older, newer = (Producer(BROKER | {"transactional.id": lab.name("totals")}) for _ in range(2))
older.init_transactions()
newer.init_transactions()
older.begin_transaction()
older.produce(orders, b"{}")
older.commit_transaction()
