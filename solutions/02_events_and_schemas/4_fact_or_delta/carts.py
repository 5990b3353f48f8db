"""What happens to the carts, as events in a topic. Other teams rebuild the carts from it, and have nothing else."""

import json
from collections import Counter, defaultdict

from streamlings import lab

IN, OUT = lab.folder("in"), lab.folder("out")


# --8<-- [start:publish]
def publish(actions: list[dict], catalogue: dict[str, dict]) -> list[dict]:
    """The topic's records: after each action, what is true of the cart from then on. `catalogue` has today's titles and prices."""
    quantities: dict[str, Counter[str]] = defaultdict(Counter)
    versions: Counter[str] = Counter()
    records = []
    for action in actions:
        cart, kind = action["cart_id"], action["action"]
        versions[cart] += 1
        if kind in ("add", "remove"):
            quantities[cart][action["sku"]] += action["quantity"] if kind == "add" else -action["quantity"]
        lines = [catalogue[sku] | {"quantity": n} for sku, n in quantities[cart].items() if n > 0]
        value = {"cart_id": cart, "version": versions[cart], "is_open": kind != "check_out", "lines": lines}
        records.append({"key": cart, "value": value})
    return records


# --8<-- [end:publish]


# --8<-- [start:rebuild]
def rebuild(records: list[dict]) -> dict[str, list[dict]]:
    """The open carts with their lines, from the records that a reader was given: of each cart the highest version."""
    newest: dict[str, dict] = {}
    for cart in (record["value"] for record in records):
        if cart["version"] >= newest.get(cart["cart_id"], cart)["version"]:
            newest[cart["cart_id"]] = cart
    return {cart_id: cart["lines"] for cart_id, cart in newest.items() if cart["is_open"] and cart["lines"]}


# --8<-- [end:rebuild]


for path in sorted(IN.glob("*.jsonl")):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if path.stem.startswith("actions_"):
        records = publish(lines, json.loads((IN / "catalogue.json").read_text()))
        (OUT / path.name.replace("actions", "topic")).write_text("".join(json.dumps(record) + "\n" for record in records))
    if path.stem.startswith("reader_"):
        (OUT / f"{path.stem}.json").write_text(json.dumps(rebuild(lines)))
