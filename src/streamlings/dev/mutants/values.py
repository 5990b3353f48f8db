"""Mistakes in Python's values: names that have a counterpart, numbers, texts. Each operator takes a program and yields edits."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from streamlings.dev.mutants.exchanges import COLUMN_TYPES, NAMES, far_from, other_constant, other_numbers, other_values
from streamlings.dev.mutants.source import Edit, Source

WAITS = {"poll", "flush", "consume", "wait", "join", "until", "sleep", "get"}
"""Numbers that these take say how long to wait at most: another number gives the same, sooner or later."""
NAMED = {"open", "from_source", "name", "uid", "execute", "OutputTag"}
"""Texts that these take are a mode, a name for people, or one that means nothing by itself; so are those of `...StateDescriptor`."""
SETTINGS = {"acks", "partitioner", "compatibility", "compatibilityLevel", "retries"}
"""Names of settings without a dot in them."""
INTERVALS = {"enable_checkpointing", "set_checkpoint_interval", "set_checkpoint_timeout", "set_min_pause_between_checkpoints"}
"""Milliseconds that these take are a setting: one that is a little off changes nothing."""
EXITS = {"SystemExit", "exit"}
TIMES = {"of_millis", "of_seconds", "of_minutes", "of_hours", "of_days", "milliseconds", "seconds", "minutes", "hours", "days", "timedelta"}
SETTING = re.compile(r"[a-z][\w-]*(\.[\w-]+)+\Z")
"""What names a setting (or a file): another name for it is the same as none."""


def boolean_flipped(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool) and not isinstance(source.parent[node], ast.While):
            yield source.replace(node, str(not node.value))


def name_exchanged(source: Source) -> Iterator[Edit]:
    """A function, class, method or constant that has a counterpart. One that is imported is looked for where its counterpart is."""
    for node in source.nodes:
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in NAMES:
            end = source.span(node)[1]
            yield Edit(end - len(name), end, source.reach(NAMES[name], beside=name) if isinstance(node, ast.Name) else NAMES[name])


def number_changed(source: Source) -> Iterator[Edit]:
    """A setting's number is put far off, any other one near; an index goes to its neighbour. Those of a schema are `schema`'s."""
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, int | float) or isinstance(node.value, bool):
            continue
        call, key = _call_around(source, node), source.key_of(node)
        if "." in key or key in SETTINGS or call in INTERVALS:
            yield source.replace(node, str(far_from(node.value, ".ms" if call in INTERVALS else key)))
        elif isinstance(source.parent[node], ast.Subscript):
            yield source.replace(node, str(node.value - 1 if node.value else 1))
        elif call == "DECIMAL":
            yield source.replace(node, str(node.value // 2))
        elif call in EXITS:
            yield source.replace(node, "1" if node.value == 0 else "0")
        elif not key and call not in WAITS and call != "set_parallelism":
            numbers = other_numbers(node.value)
            for number in numbers if call in TIMES else numbers[:1]:
                yield source.replace(node, str(number))


def text_altered(source: Source) -> Iterator[Edit]:
    """A text that is a value: compared, passed on, or written. Keys, settings' names, SQL and schemas are not meant."""
    for node in source.nodes:
        if isinstance(node, ast.JoinedStr):
            yield from _text_dropped(source, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(source.text_of(node)) == len(node.value) + 2:
            above, others = source.parent[node], other_values(node.value)
            key, call = source.key_of(node), _call_around(source, node)
            if (key and "." not in key and key not in SETTINGS) or call in NAMED or call.endswith("StateDescriptor"):
                continue
            if call in ("pack", "unpack", "Struct"):  # the sequence of the bytes
                others = [node.value.replace(">", "<")] if ">" in node.value else []
            elif isinstance(above, ast.keyword) and node.value in COLUMN_TYPES:
                others = [COLUMN_TYPES[node.value]]
            is_value = isinstance(above, ast.Compare | ast.Call | ast.Attribute | ast.Return) and not SETTING.match(node.value)
            if not others and (is_value or isinstance(above, ast.BinOp)):
                others = [other_constant(node.value)]
            for other in others:
                yield source.replace(node, f'"{other}"')


def bytes_altered(source: Source) -> Iterator[Edit]:
    """The first byte is another one."""
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes) and node.value:
            yield source.replace(node, repr(bytes([node.value[0] ^ 1]) + node.value[1:]))


def _text_dropped(source: Source, node: ast.JoinedStr) -> Iterator[Edit]:
    """What stands behind the last hole of a short f-string, such as the end of a line."""
    start, end = source.span(node)
    behind = re.search(r"(?<=\})[^{}\"']+(?=[\"']\Z)", source.text[start:end])
    if behind and "\n" not in source.text[start:end]:
        yield Edit(start + behind.start(), start + behind.end(), "")


def _call_around(source: Source, node: ast.AST) -> str:
    """The name of what is called with this as an argument; "" where it is none."""
    above = source.parent[node]
    call = source.parent.get(above) if isinstance(above, ast.keyword) else above
    if not isinstance(call, ast.Call):
        return ""
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


OPERATORS: list[Callable[[Source], Iterator[Edit]]] = [boolean_flipped, name_exchanged, number_changed, text_altered, bytes_altered]
