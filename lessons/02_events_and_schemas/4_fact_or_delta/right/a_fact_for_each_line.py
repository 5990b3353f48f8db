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
            for sku in lines:
                line = catalogue[sku] | {"cart_id": cart, "quantity": 0, "version": len(records)}
                records.append({"key": f"{cart}/{sku}", "value": line})
            continue
        lines[action["sku"]] += action["quantity"] if action["action"] == "add" else -action["quantity"]
        line = catalogue[action["sku"]] | {"cart_id": cart, "quantity": lines[action["sku"]], "version": len(records)}
        records.append({"key": f"{cart}/{action['sku']}", "value": line})
    return records


def rebuild(records: list[dict]) -> dict[str, list[dict]]:
    """The open carts with their lines, from the records that a reader was given: of each line the highest version."""
    newest: dict[tuple[str, str], dict] = {}
    for line in (record["value"] for record in records):
        name = (line["cart_id"], line["title"])
        if name not in newest or line["version"] > newest[name]["version"]:
            newest[name] = line
    carts: dict[str, list[dict]] = defaultdict(list)
    for (cart, _), line in newest.items():
        if line["quantity"]:
            carts[cart].append(line)
    return carts


for path in sorted(IN.glob("*.jsonl")):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if path.stem.startswith("actions_"):
        records = publish(lines, json.loads((IN / "catalogue.json").read_text()))
        (OUT / path.name.replace("actions", "topic")).write_text("".join(json.dumps(record) + "\n" for record in records))
    if path.stem.startswith("reader_"):
        (OUT / f"{path.stem}.json").write_text(json.dumps(rebuild(lines)))
