# trap: advertised-listener
import socket

from clients import own_broker
from confluent_kafka import Producer

from streamlings import wait

with socket.socket() as taken:
    taken.bind(("127.0.0.1", 0))  # nobody listens there, nor will a broker of another test
    with own_broker(advertised_port=taken.getsockname()[1]) as (address, _):
        failed = []
        producer = Producer({"bootstrap.servers": address, "error_cb": failed.append})
        producer.produce("orders", b"{}")
        wait.until(lambda: producer.poll(0.1) or failed, deadline_s=60)
        producer.purge()
