"""Mistakes in Python's values: names that have a counterpart, numbers, texts. Each operator takes a program and yields edits."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from streamlings.dev.mutants.exchanges import NAMES, far_from, other_constant, other_numbers, other_values
from streamlings.dev.mutants.source import Edit, Source

WAITS = {"poll", "flush", "consume", "wait", "join", "until", "sleep", "get"}
"""Numbers that these take say how long to wait at most: another number gives the same, sooner or later."""
NAMED = {"open", "from_source", "name", "uid", "execute"}
"""Texts that these take are a mode, or a name for people."""
TIMES = {"of_millis", "of_seconds", "of_minutes", "of_hours", "of_days", "milliseconds", "seconds", "minutes", "hours", "days", "timedelta"}
SETTING = re.compile(r"[a-z][\w-]*(\.[\w-]+)+\Z")
"""What names a setting (or a file): another name for it is the same as none."""


def boolean_flipped(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield source.replace(node, str(not node.value))


def name_exchanged(source: Source) -> Iterator[Edit]:
    """A function, class, method or constant that has a counterpart."""
    for node in source.nodes:
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in NAMES:
            end = source.span(node)[1]
            yield Edit(end - len(name), end, NAMES[name])


def number_changed(source: Source) -> Iterator[Edit]:
    """A setting's number is put far off, any other one near. Those of a schema are `schema`'s."""
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, int | float) or isinstance(node.value, bool):
            continue
        call, key = _call_around(source, node), source.key_of(node)
        if "." in key:
            yield source.replace(node, str(far_from(node.value, key)))
        elif not key and call not in WAITS:
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
            if (source.key_of(node) and "." not in source.key_of(node)) or _call_around(source, node) in NAMED:
                continue
            is_value = isinstance(above, ast.Compare | ast.Call | ast.Attribute | ast.Return) and not SETTING.match(node.value)
            if not others and (is_value or isinstance(above, ast.BinOp)):
                others = [other_constant(node.value)]
            for other in others:
                yield source.replace(node, f'"{other}"')


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


OPERATORS: list[Callable[[Source], Iterator[Edit]]] = [boolean_flipped, name_exchanged, number_changed, text_altered]
