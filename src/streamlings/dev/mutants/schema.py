"""Mistakes in dicts: schemas (Avro, JSON Schema) and settings. Each operator takes a program and yields edits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from streamlings.dev.mutants.exchanges import AVRO_TYPES, LOGICAL_TYPES, other_constant
from streamlings.dev.mutants.source import Edit, Source, Span, without

SAID = {"doc", "namespace", "description", "title"}
"""Keys whose text is the author's own: any other text is as good, but none is not."""
STRUCTURE = {"type", "name", "fields", "symbols", "items", "values", "properties"}
"""Keys without which it is no schema, which any program that reads it says."""
SMALLER = {"precision": 2, "size": 2, "scale": 1, "maxLength": 2, "minimum": 1}
"""Keys of a number in a schema, and by how much it shrinks: halved, or one less."""


def entry_removed(source: Source) -> Iterator[Edit]:
    """A key with its value. What holds an address stays: without it nothing works, which proves no check."""
    for node in _dicts(source):
        entries = list(_entries(source, node))
        for at, (key, (_, value)) in enumerate(zip(node.keys, entries, strict=True)):
            if _text(key) not in STRUCTURE and not source.mentions_lab(value):
                yield without(source.text, [span for span, _ in entries], at)


def text_emptied(source: Source) -> Iterator[Edit]:
    for node in _dicts(source):
        for key, value in _pairs(node):
            if key in SAID:
                yield source.replace(value, '""')


def type_exchanged(source: Source) -> Iterator[Edit]:
    for node in _dicts(source):
        for key, value in _pairs(node):
            other = {"type": AVRO_TYPES, "logicalType": LOGICAL_TYPES}.get(key, {}).get(_text(value))
            if other:
                yield source.replace(value, f'"{other}"')


def number_shrunk(source: Source) -> Iterator[Edit]:
    for node in _dicts(source):
        for key, value in _pairs(node):
            if key in SMALLER and isinstance(value, ast.Constant) and type(value.value) is int:
                yield source.replace(value, str(value.value // 2 if SMALLER[key] == 2 else value.value - 1))


def field_renamed(source: Source) -> Iterator[Edit]:
    """A field's name. That of a record or an enum is a matter of taste."""
    for node in _dicts(source):
        pairs = dict(_pairs(node))
        if "name" in pairs and _text(pairs.get("type")) not in ("record", "enum", "fixed") and _text(pairs["name"]):
            yield source.replace(pairs["name"], f'"{other_constant(_text(pairs["name"]))}"')


def default_altered(source: Source) -> Iterator[Edit]:
    """Another of the enum's symbols; any other text or number where there are none."""
    for node in _dicts(source):
        pairs = dict(_pairs(node))
        default, symbols = pairs.get("default"), pairs.get("symbols")
        if isinstance(symbols, ast.List) and default is not None:
            others = [source.text_of(s) for s in symbols.elts if source.text_of(s) != source.text_of(default)]
            yield from (source.replace(default, other) for other in others[:1])
        elif isinstance(default, ast.Constant) and isinstance(default.value, str):
            yield source.replace(default, f'"{other_constant(default.value)}"')
        elif isinstance(default, ast.Constant) and type(default.value) is int:
            yield source.replace(default, str(default.value + 1))


def _dicts(source: Source) -> list[ast.Dict]:
    return [node for node in source.nodes if isinstance(node, ast.Dict)]


def _entries(source: Source, node: ast.Dict) -> Iterator[tuple[Span, ast.expr]]:
    for key, value in zip(node.keys, node.values, strict=True):
        yield (source.span(key or value)[0] - (0 if key else 2), source.span(value)[1]), value  # `**other` has no key


def _pairs(node: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, value


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


OPERATORS: list[Callable[[Source], Iterator[Edit]]] = [
    entry_removed,
    text_emptied,
    type_exchanged,
    number_shrunk,
    field_renamed,
    default_altered,
]
