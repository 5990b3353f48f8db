# trap: schema-refused
import json
import urllib.request

from streamlings import lab

for kind in ("string", "int"):
    schema = json.dumps({"type": "record", "name": "Order", "fields": [{"name": "id", "type": kind}]})
    request = urllib.request.Request(
        f"{lab.registry}/subjects/{lab.topic('orders')}-value/versions",
        data=json.dumps({"schema": schema}).encode(),
        headers={"Content-Type": "application/vnd.schemaregistry.v1+json"},
    )
    urllib.request.urlopen(request, timeout=10)
