# trap: schema-refused
import json

import requests

from streamlings import lab

for fields in ([{"name": "id", "type": "string"}], [{"name": "id", "type": "int"}]):
    schema = json.dumps({"type": "record", "name": "Order", "fields": fields})
    answer = requests.post(f"{lab.registry}/subjects/{lab.topic('orders')}-value/versions", json={"schema": schema}, timeout=10)
    answer.raise_for_status()
