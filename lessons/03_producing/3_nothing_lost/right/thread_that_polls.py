"""Sends Harbour's orders to Kafka; a thread reads the delivery reports, and a semaphore bounds what is under way."""

import json
import threading

from confluent_kafka import KafkaError, Message, Producer

from streamlings import lab

producer = Producer({"bootstrap.servers": lab.kafka, "enable.idempotence": True})
confirmed = (lab.folder("out") / "confirmed.txt").open("w")
room = threading.Semaphore(1_000)
done = threading.Event()


def report(error: KafkaError | None, message: Message) -> None:
    room.release()
    if error is None:
        print(json.loads(message.value())["order_id"], file=confirmed, flush=True)


def read_reports() -> None:
    while not done.is_set():
        producer.poll(0.2)


reader = threading.Thread(target=read_reports)
reader.start()
print("the shop is open")
with (lab.folder("in") / "orders.jsonl").open() as orders:
    for line in orders:
        order = line.rstrip("\n")
        room.acquire()
        producer.produce(lab.topic("orders"), order.encode(), key=json.loads(order)["customer_id"].encode(), on_delivery=report)
producer.flush()
done.set()
reader.join()
