# trap: advertised-listener
from clients import own_broker
from confluent_kafka import Producer

from streamlings.servers import process

with own_broker(advertised_port=process.free_ports(1)[0]) as (address, _):
    producer = Producer({"bootstrap.servers": address, "message.timeout.ms": 500})
    producer.produce("orders", b"{}", on_delivery=lambda error, message: print(error))
    producer.flush()
