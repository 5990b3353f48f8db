# trap: schema-not-understood
import requests

from streamlings import lab

address = f"{lab.registry}/subjects/{lab.topic('orders')}-value/versions"
requests.post(address, json={"schema": '{"type": "record"}'}, timeout=10).raise_for_status()
