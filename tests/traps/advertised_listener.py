# trap: advertised-listener
import socket

from clients import own_broker
from confluent_kafka import Producer

with socket.socket() as taken:
    taken.bind(("127.0.0.1", 0))  # nobody listens there, nor will a broker of another test
    with own_broker(advertised_port=taken.getsockname()[1]) as (address, _):
        producer = Producer({"bootstrap.servers": address, "message.timeout.ms": 500})
        producer.produce("orders", b"{}", on_delivery=lambda error, message: print(error))
        producer.flush()
