# trap: schema-not-understood
import requests

from streamlings import lab

schema = {"type": "record", "name": "Order", "fields": []}
requests.post(f"{lab.registry}/subjects/{lab.topic('orders')}-value/versions", json={"schema": schema}, timeout=10).raise_for_status()
