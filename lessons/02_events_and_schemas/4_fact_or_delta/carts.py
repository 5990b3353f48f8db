"""What happens to the carts, as events in a topic. Other teams rebuild the carts from it, and have nothing else."""

import json

from streamlings import lab

IN, OUT = lab.folder("in"), lab.folder("out")


def publish(actions: list[dict], catalogue: dict[str, dict]) -> list[dict]:
    """The topic's records. `catalogue` has today's titles and prices."""
    # TODO: a change means something only to a reader who got every change before it, once, and has the catalogue of that day.
    records = []
    for action in actions:
        change = -action["quantity"] if action["action"] == "remove" else action["quantity"]
        value = {"cart_id": action["cart_id"], "action": action["action"], "sku": action["sku"], "change": change}
        records.append({"key": action["cart_id"], "value": value})
    return records


def rebuild(records: list[dict]) -> dict[str, list[dict]]:
    """The open carts with their lines, from the records that a reader was given."""
    catalogue = json.loads((IN / "catalogue.json").read_text())
    carts: dict[str, dict[str, int]] = {}
    for value in (record["value"] for record in records):
        lines = carts.setdefault(value["cart_id"], {})
        lines[value["sku"]] = lines.get(value["sku"], 0) + value["change"]
        if value["action"] == "check_out":
            del carts[value["cart_id"]]
    carts = {cart: lines for cart, lines in carts.items() if any(lines.values())}
    return {cart: [catalogue[sku] | {"quantity": n} for sku, n in lines.items() if n] for cart, lines in carts.items()}


for path in sorted(IN.glob("*.jsonl")):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if path.stem.startswith("actions_"):
        records = publish(lines, json.loads((IN / "catalogue.json").read_text()))
        (OUT / path.name.replace("actions", "topic")).write_text("".join(json.dumps(record) + "\n" for record in records))
    if path.stem.startswith("reader_"):
        (OUT / f"{path.stem}.json").write_text(json.dumps(rebuild(lines)))
