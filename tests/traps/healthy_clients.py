# trap: none
import json

import requests
from clients import BROKER, GROUP, topic
from confluent_kafka import Consumer, Producer

from streamlings import lab

orders = topic()
producer = Producer(BROKER | {"stats_cb": print, "statistics.interval.ms": 50, "debug": "broker,topic,msg"})
for n in range(20):
    producer.produce(
        orders, json.dumps({"order_id": f"o-{n}", "error": None, "value": n}), on_delivery=lambda error, message: print(error, message)
    )
    producer.poll(0)
print(producer.flush(), "not delivered")
consumer = Consumer(GROUP | {"auto.offset.reset": "earliest", "enable.auto.commit": False, "debug": "cgrp,consumer"})
consumer.subscribe([orders])
print([json.loads(message.value()) for message in consumer.consume(20, timeout=20)])
consumer.commit(asynchronous=False)
consumer.close()
print(requests.get(f"{lab.registry}/subjects", timeout=10).text)
