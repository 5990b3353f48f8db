# fails: partitions_change_nothing
# says: may lie in different partitions
"""What happens to the carts, as events in a topic. Other teams rebuild the carts from it, and have nothing else."""

import json
from collections import Counter, defaultdict

from streamlings import lab

IN, OUT = lab.folder("in"), lab.folder("out")


def publish(actions: list[dict], catalogue: dict[str, dict]) -> list[dict]:
    """The topic's records: after each action, how many of a product there are in the cart from then on."""
    quantities: dict[str, Counter[str]] = defaultdict(Counter)
    records: list[dict] = []
    for action in actions:
        cart, lines = action["cart_id"], quantities[action["cart_id"]]
        if action["action"] == "check_out":
            records.append({"key": cart, "value": {"cart_id": cart, "checked_out": True}})
            continue
        lines[action["sku"]] += action["quantity"] if action["action"] == "add" else -action["quantity"]
        line = catalogue[action["sku"]] | {"cart_id": cart, "quantity": lines[action["sku"]], "version": len(records)}
        records.append({"key": f"{cart}/{action['sku']}", "value": line})
    return records


def rebuild(records: list[dict]) -> dict[str, list[dict]]:
    """The open carts with their lines, from the records that a reader was given: of each line the highest version."""
    newest: dict[str, dict[str, dict]] = defaultdict(dict)
    gone: dict[str, int] = {}
    for line in (record["value"] for record in records):
        lines = newest[line["cart_id"]]
        if "checked_out" in line:
            gone[line["cart_id"]] = max([one["version"] for one in lines.values()], default=0)
        elif line["version"] > lines.get(line["title"], {"version": gone.get(line["cart_id"], -1)})["version"]:
            lines[line["title"]] = line
    carts = {}
    for cart, lines in newest.items():
        left = [line for line in lines.values() if line["quantity"] and line["version"] > gone.get(cart, -1)]
        if left:
            carts[cart] = left
    return carts


for path in sorted(IN.glob("*.jsonl")):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if path.stem.startswith("actions_"):
        records = publish(lines, json.loads((IN / "catalogue.json").read_text()))
        (OUT / path.name.replace("actions", "topic")).write_text("".join(json.dumps(record) + "\n" for record in records))
    if path.stem.startswith("reader_"):
        (OUT / f"{path.stem}.json").write_text(json.dumps(rebuild(lines)))
