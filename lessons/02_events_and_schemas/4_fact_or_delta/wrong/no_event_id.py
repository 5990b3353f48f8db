# fails: each_once
# says: some records are equal to the letter
"""What happens to the carts, as events in a topic. Other teams rebuild the carts from it, and have nothing else."""

import json
from collections import defaultdict

from streamlings import lab

IN, OUT = lab.folder("in"), lab.folder("out")


def publish(actions: list[dict], catalogue: dict[str, dict]) -> list[dict]:
    """The topic's records, one a change."""
    records = []
    for action in actions:
        change = -action["quantity"] if action["action"] == "remove" else action["quantity"]
        value = {
            "cart_id": action["cart_id"],
            "action": action["action"],
            "product": catalogue.get(action["sku"]),
            "change": change,
            "timestamp": action["timestamp"],
        }
        records.append({"key": action["cart_id"], "value": value})
    return records


def rebuild(records: list[dict]) -> dict[str, list[dict]]:
    """The open carts with their lines, from the records that a reader was given."""
    carts: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    closed: set[str] = set()
    seen: set[str] = set()
    for value in (record["value"] for record in records):
        if (text := json.dumps(value)) in seen:
            continue
        seen.add(text)
        if value["action"] == "check_out":
            closed.add(value["cart_id"])
            continue
        lines, line = carts[value["cart_id"]], (value["product"]["title"], value["product"]["price"])
        lines[line] = lines.get(line, 0) + value["change"]
    return {
        cart: [{"title": title, "price": price, "quantity": n} for (title, price), n in lines.items() if n]
        for cart, lines in carts.items()
        if cart not in closed and any(lines.values())
    }


for path in sorted(IN.glob("*.jsonl")):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if path.stem.startswith("actions_"):
        records = publish(lines, json.loads((IN / "catalogue.json").read_text()))
        (OUT / path.name.replace("actions", "topic")).write_text("".join(json.dumps(record) + "\n" for record in records))
    if path.stem.startswith("reader_"):
        (OUT / f"{path.stem}.json").write_text(json.dumps(rebuild(lines)))
