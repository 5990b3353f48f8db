"""The events are judged by what readers can make of them. Each gets the program's own records in another way, and nothing else."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from random import Random

from streamlings.checks import Failure, check
from streamlings.stage.stage import Stage

TITLES = ["pencil", "eraser", "ruler", "notebook", "ink", "glue", "scissors", "stapler"]
MOST = 1_000
Carts = dict[str, dict[str, tuple[int, Decimal]]]


def scenario(stage: Stage) -> None:
    """A day of carts is published. A week later, readers get the records in the ways in which records reach readers."""
    facts, random = stage.facts, stage.shop.random
    catalogue, facts.next_week = catalogues(stage)
    day = actions_of(random, list(catalogue))
    parts = {"first": day[:1], "noon": day[: len(day) // 2], "day": day}
    facts.carts = {name: carts_after(actions, catalogue) for name, actions in parts.items()}
    facts.most = len({a["cart_id"] for a in day}) + len({(a["cart_id"], a["sku"]) for a in day if a["sku"]})
    put(stage, "catalogue.json", catalogue)
    for name, actions in parts.items():
        put(stage, f"actions_{name}.jsonl", *actions)
    stage.until_finished(proves=records_are_published)
    found = {name: records_in(stage, f"topic_{name}.jsonl") for name in parts}
    facts.problem = next((problem for _, problem in found.values() if problem), "")
    facts.topics = {name: records for name, (records, _) in found.items()}
    if facts.problem:
        return
    stage.move_program()
    put(stage, "catalogue.json", facts.next_week)
    facts.delivered = {name: deliver(facts.topics["day"], random) for name, deliver in READERS.items()} | facts.topics
    for name, records in facts.delivered.items():
        put(stage, f"reader_{name}.jsonl", *records)
    stage.until_finished(proves=each_once)


def put(stage: Stage, name: str, *lines: object) -> None:
    """Write a file into the program's folder `in`, a line of JSON each."""
    (stage.folder_of("in") / name).write_text("".join(json.dumps(line) + "\n" for line in lines))


def catalogues(stage: Stage) -> tuple[dict[str, dict], dict[str, dict]]:
    """Today's, and next week's with other prices."""
    today = {f"p-{n}": {"title": title, "price": f"{stage.shop.amount():.2f}"} for n, title in enumerate(TITLES, 10)}
    return today, {sku: product | {"price": f"{Decimal(product['price']) + 1:.2f}"} for sku, product in today.items()}


def actions_of(random: Random, skus: list[str]) -> list[dict]:
    """What happens to some carts, in turn; two actions on a cart come within a millisecond."""
    ends = ["checked out", "checked out", "emptied", "open", "open", "open", "open"]
    left = {f"c-{random.randrange(100, 999)}{n}": cart_life(random, random.sample(skus, 4), end) for n, end in enumerate(ends)}
    actions, at = [], 1_559_552_400_000
    while left:
        cart = random.choice(list(left))
        actions += [{"cart_id": cart, **action, "timestamp": at} for action in left[cart][:2]]
        left[cart] = left[cart][2:]
        left = {cart: life for cart, life in left.items() if life}
        at += random.randint(1, 20_000)
    return actions


def cart_life(random: Random, skus: list[str], ends: str) -> list[dict]:
    """The same thing is put in twice; one product is taken out again; a few more changes."""
    life = [("add", skus[0], 1), ("add", skus[0], 1), *(("add", sku, random.randint(1, 3)) for sku in skus[1:])]
    life += [("remove", skus[1], life[2][2]), ("add", skus[2], random.randint(1, 2)), ("remove", skus[0], 1)]
    life += [("add", random.choice(skus), 1) for _ in range(random.randint(0, 3))]
    life += [("check_out", None, 0)] if ends == "checked out" else []
    if ends == "emptied":
        life = [*life[:2], ("remove", skus[0], 2)]
    return [dict(zip(("action", "sku", "quantity"), one, strict=True)) for one in life]


def carts_after(actions: list[dict], catalogue: dict[str, dict]) -> Carts:
    """The oracle: of each open cart, by title, how many of it and at which price."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for a in actions:
        if a["action"] == "check_out":
            del counts[a["cart_id"]]
        else:
            counts[a["cart_id"]][a["sku"]] += a["quantity"] if a["action"] == "add" else -a["quantity"]
    priced = {sku: (product["title"], Decimal(product["price"])) for sku, product in catalogue.items()}
    return {cart: {priced[sku][0]: (n, priced[sku][1]) for sku, n in of.items() if n} for cart, of in counts.items() if any(of.values())}


# ---- how records reach a reader: what lies in the topic has been written once, in order


def several_times(topic: list[dict], random: Random) -> list[dict]:
    return [record for record in topic for _ in range(random.choice([1, 2, 3]))]


def once_more_later(topic: list[dict], random: Random) -> list[dict]:
    delivered = list(topic)
    for record in random.sample(topic, len(topic) // 2):
        first = next(n for n, one in enumerate(delivered) if one is record)
        delivered.insert(random.randint(first + 1, len(delivered)), record)
    return delivered


def back_again(topic: list[dict], random: Random) -> list[dict]:
    """Three times the reader falls back to where it last committed; at last it is sent back to the beginning."""
    delivered, at = [], 0
    for stop in sorted(random.sample(range(len(topic) // 4, len(topic)), min(3, len(topic) // 2))):
        delivered += topic[at:stop]
        at = max(0, stop - random.randint(3, 9))
    return [*delivered, *topic[at:], *topic]


def by_partition(topic: list[dict], random: Random) -> list[dict]:
    of_key: dict[str, list[dict]] = defaultdict(list)
    for record in topic:
        of_key[record["key"]].append(record)
    turns = [record["key"] for record in topic]
    random.shuffle(turns)
    return [of_key[key].pop(0) for key in turns]


def last_key_first(topic: list[dict], _: Random) -> list[dict]:
    """Partition by partition, that of the newest record first: whatever another key says comes before what it was said of."""
    keys = dict.fromkeys(record["key"] for record in reversed(topic))
    return [record for key in keys for record in topic if record["key"] == key]


def compacted(topic: list[dict], _: Random) -> list[dict]:
    newest = {record["key"]: n for n, record in enumerate(topic)}
    return [record for n, record in enumerate(topic) if newest[record["key"]] == n and record["value"] is not None]


READERS: dict[str, Callable[[list[dict], Random], list[dict]]] = {
    "several_times": several_times,
    "once_more_later": once_more_later,
    "back_again": back_again,
    "by_partition": by_partition,
    "last_key_first": last_key_first,
    "compacted": compacted,
}


# ---- what the program wrote


def records_in(stage: Stage, name: str) -> tuple[list[dict], str]:
    """The records of a file, and what is wrong with them, "" where nothing is."""
    try:
        content = stage.file("out", name)
    except Failure as e:
        return [], e.actual
    if content is None:
        return [], f"there is no out/{name}"
    found = []
    for n, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as e:
            return [], f"{name}, line {n}, is no JSON: {e}"
        if not isinstance(record, dict) or not isinstance(record.get("key"), str) or not isinstance(record.get("value", 0), dict | None):
            return [], f"{name}, line {n}, has no text as key, or neither an object nor null as value: {line[:80]}"
        found.append({"key": record["key"], "value": record["value"]})
    return found, "" if 0 < len(found) <= MOST else f"{name} has {len(found)} records"


def rebuilt(run: Stage, reader: str) -> Carts:
    """The carts that the program made of what a reader was given. Raises Failure where they cannot be read."""
    content = run.file("out", f"reader_{reader}.json")
    try:
        found = json.loads(content or b"null")
        return {
            str(cart): {str(line["title"]): (int(line["quantity"]), Decimal(str(line["price"]))) for line in lines}
            for cart, lines in found.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError, InvalidOperation) as e:
        raise Failure(
            expected=f"out/reader_{reader}.json with carts, and lines with title, quantity and price",
            actual="no such file" if content is None else f"{type(e).__name__}: {e} in {content[:150].decode(errors='replace')}",
        ) from e


def expect_carts(run: Stage, reader: str, hint: Callable[[str, str], str] | str) -> None:
    """Raise Failure where a reader does not come to the right carts. `hint` may depend on the cart and the title that are wrong."""
    wanted, found = run.facts.carts.get(reader, run.facts.carts["day"]), rebuilt(run, reader)
    for cart in [*wanted, *sorted(found.keys() - wanted.keys())]:
        right, its = wanted.get(cart, {}), found.get(cart, {})
        for title in [*right, *sorted(its.keys() - right.keys())]:
            if its.get(title) != right.get(title):
                raise Failure(
                    expected=f"{cart}  {said(right, title)}"
                    if cart in wanted
                    else f"no cart {cart}: it is not open, or nothing is left in it",
                    actual=f"{cart}  {said(its, title)}",
                    because=story_of(run, reader, cart, title),
                    hint=hint if isinstance(hint, str) else hint(cart, title),
                )
        if cart not in wanted:
            raise Failure(
                expected=f"no cart {cart}: it is not open, or nothing is left in it",
                actual=f"{cart}, empty",
                because=story_of(run, reader, cart, ""),
            )


def said(lines: dict[str, tuple[int, Decimal]], title: str) -> str:
    return f"{lines[title][0]} {title} at {lines[title][1]}" if title in lines else f"no {title}"


def text(record: dict, title: str = "") -> str:
    """A record as a line of at most 80 characters: its beginning, and where it speaks of `title`. What the key says is not said again."""
    key, value = record["key"], record["value"]
    said_once = {k: v for k, v in value.items() if not (isinstance(v, str) and v in key)} if value else value
    line = f"{key}  {json.dumps(said_once, separators=(', ', ':'))}"
    at = line.find(f'"{title}"') if title else 0
    if len(line) <= 80:
        return line
    return f"{line[:77]}..." if at < 36 else f"{line[:33]} .. {line[at : at + 43]}"


def story_of(run: Stage, reader: str, cart: str, title: str) -> list[str]:
    """The records of a cart as this reader got them, and which of them it had got before; of many only those that speak of a title."""
    words = {id(record): json.dumps(record) for record in run.facts.delivered[reader]}
    about = [record for record in run.facts.delivered[reader] if cart in words[id(record)]]
    of_title = [r for r in about if f'"{title}"' in words[id(r)] or not any(f'"{one}"' in words[id(r)] for one in TITLES)]
    lines, seen = [], set()
    for record in of_title or about:
        lines.append(f"{'again' if id(record) in seen else '':<5} {text(record, title)}")
        seen.add(id(record))
    kept = [*lines[:6], f"  ... {len(lines) - 11} more ...", *lines[-5:]] if len(lines) > 12 else lines
    return [f"what this reader got of {cart}{f', {title}' if of_title else ''}:" if lines else f"this reader got nothing of {cart}", *kept]


@check
def records_are_published(run: Stage) -> None:
    """What happened to the carts is in the topic, as records with key and value"""
    if run.facts.problem:
        raise Failure(expected="1 to 1,000 records, each with a text as key, and an object or null as value", actual=run.facts.problem)
    day = run.facts.topics["day"]
    for name in ("first", "noon"):
        for n, record in enumerate(run.facts.topics[name]):
            if record not in day[n : n + 1]:
                raise Failure(
                    expected=f"topic_day.jsonl begins with the records of topic_{name}.jsonl: what is published cannot be changed",
                    actual=f"its record {n + 1} is another one",
                    because=[f"{name:<5} {text(record)}", f"day   {text(day[n]) if day[n:] else 'no record'}"],
                    hint="what has been published by then, when nobody knows yet what happens next?",
                )


@check(after=records_are_published)
def each_once(run: Stage) -> None:
    """A reader who gets every record once has the carts as they were"""

    for reader in ("first", "noon", "day"):
        expect_carts(run, reader, lambda cart, title, reader=reader: what_once_says(run, reader, cart, title))


def what_once_says(run: Stage, reader: str, cart: str, title: str) -> str:
    _, price = rebuilt(run, reader).get(cart, {}).get(title, (0, None))
    if price is not None and price in [Decimal(p["price"]) for p in run.facts.next_week.values() if p["title"] == title]:
        return "that is its price in the catalogue of the day on which it is read. What had the customer seen?"
    records = [json.dumps(record) for record in run.facts.delivered[reader]]
    if len(set(records)) < len(records):
        return "some records are equal to the letter, and both happened: what tells them from one that came twice?"
    return "nothing came twice or late. Which of two records does this reader take for the newer one, and by what?"


@check(after=each_once)
def duplicates_change_nothing(run: Stage) -> None:
    """Records that come twice or three times in a row change nothing"""
    expect_carts(
        run, "several_times", "it was told once more, and counted once more. What would the event have to say to make no difference?"
    )


@check(after=duplicates_change_nothing)
def old_news_change_nothing(run: Stage) -> None:
    """Records that come once more when newer ones have come change nothing"""
    expect_carts(run, "once_more_later", "the last that was said of this cart is not the newest. By what can a reader tell?")


@check(after=old_news_change_nothing)
def replay_changes_nothing(run: Stage) -> None:
    """A reader who falls back, and one who is sent back to the beginning, comes to the same carts"""
    expect_carts(run, "back_again", "what does a reader who has got further know, that makes the old records harmless?")


@check(after=replay_changes_nothing)
def partitions_change_nothing(run: Stage) -> None:
    """Order is needed only between records of the same key"""
    hint = "records with different keys may lie in different partitions, and be read in any order. Which of these need one?"
    for reader in ("by_partition", "last_key_first"):
        expect_carts(run, reader, hint)


@check(after=partitions_change_nothing)
def the_newest_is_enough(run: Stage) -> None:
    """The newest record of each key is enough, and the topic need not grow for ever"""
    expect_carts(run, "compacted", what_is_left(run))
    left, all_of_them = len(run.facts.delivered["compacted"]), len(run.facts.topics["day"])
    run.measure(f"{all_of_them} records in the topic, {left} of them after compaction")
    if left > run.facts.most:
        raise Failure(
            expected=f"after compaction, at most {run.facts.most} records: one for each cart, and for each product in it",
            actual=f"{left} of {all_of_them}",
            because=[text(record) for record in run.facts.topics["day"][:5]],
            hint="compaction drops a record when a newer one has its key. Whose place does a new record take here?",
        )


def what_is_left(run: Stage) -> str:
    """A hint for carts that cannot be rebuilt from the newest records."""
    found = rebuilt(run, "compacted")
    lines = [(run.facts.carts["day"].get(cart, {}).get(title), its) for cart, of in found.items() for title, its in of.items()]
    if all(wanted == its for wanted, its in lines):
        return "what is there is right. Which records had the same key as those of the lines that are missing?"
    return "of each key only the newest is left, and it says what changed last. What was that a change of?"
