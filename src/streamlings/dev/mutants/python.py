"""Mistakes in Python: statements, calls, lists, loops. Each operator takes a program and yields edits."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from streamlings.dev.mutants.source import Edit, Source, without

PLUMBING = {"builder", "new_builder", "build", "open", "close", "read_text", "from_source", "name", "register_schema", "pack"}
"""Links of a chain without which nothing runs, and names for people."""
LOOKS = re.compile(
    r"(get|current|to)_(?!side_output)\w+|value|key|error|headers|partition|offset|topic|timestamp|timer_service|poll|consume"
    r"|position|assignment|consumer_group_metadata|items|values|keys|isoformat|result"
)
"""Calls that give a part of something: without them the program breaks at once, which proves no check."""


def statement_deleted(source: Source) -> Iterator[Edit]:
    """A call whose result nobody uses, `x += 1`, `totals[key] = value`, `raise`."""
    for node in source.nodes:
        is_kept = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if is_kept or is_call or isinstance(node, ast.AugAssign | ast.Raise):
            yield source.replace(node, "pass")


def break_removed(source: Source) -> Iterator[Edit]:
    """`break`, `continue`, and a `return` without a value."""
    for node in source.nodes:
        if isinstance(node, ast.Break | ast.Continue) or (isinstance(node, ast.Return) and node.value is None):
            yield source.replace(node, "pass")


def sign_exchanged(source: Source) -> Iterator[Edit]:
    """`a - b` for `a + b`, and the other way round; of texts and bytes nothing can be taken away."""
    for node in source.nodes:
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
            continue
        if not any(_is_no_number(side) for side in (node.left, node.right)):
            start, end = source.span(node.left)[1], source.span(node.right)[0]
            own, other = ("+", "-") if isinstance(node.op, ast.Add) else ("-", "+")
            yield Edit(start, end, source.text[start:end].replace(own, other, 1))


def keyword_removed(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        if isinstance(node, ast.Call):
            arguments = [source.span(a) for a in [*node.args, *node.keywords]]
            for at, keyword in enumerate(node.keywords, len(node.args)):
                if keyword.arg and not source.mentions_lab(keyword.value):
                    yield without(source.text, arguments, at)


def link_removed(source: Source) -> Iterator[Edit]:
    """One call of a chain of them, such as `.key_by(...)`, or of one on a value, such as `.strip()`."""
    imported = {a.asname or a.name for n in ast.walk(source.tree) if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
    for node in source.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or isinstance(source.parent[node], ast.Expr):
            continue
        on = node.func.value
        is_made_by_its_class = isinstance(on, ast.Name) and on.id in imported
        is_looked_up = node.func.attr in PLUMBING or bool(LOOKS.fullmatch(node.func.attr))
        is_needed = is_made_by_its_class or isinstance(on, ast.Constant) or is_looked_up
        if not is_needed and not source.mentions_lab(*node.args, *node.keywords):
            name = source.span(node.func)[1] - len(node.func.attr)
            yield Edit(source.text.rindex(".", 0, name), source.span(node)[1], "")


def list_element_removed(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        if isinstance(node, ast.List | ast.Set):
            for at, element in enumerate(node.elts):
                if not source.mentions_lab(element):
                    yield without(source.text, [source.span(e) for e in node.elts], at)


def loop_shortened(source: Source) -> Iterator[Edit]:
    """The first or the last element is left out."""
    for node in source.nodes:
        if isinstance(node, ast.For | ast.comprehension):
            yield source.replace(node.iter, f"list({source.text_of(node.iter)})[1:]")
            yield source.replace(node.iter, f"list({source.text_of(node.iter)})[:-1]")


def loop_left(source: Source) -> Iterator[Edit]:
    """A `while` goes round once."""
    for node in source.nodes:
        if isinstance(node, ast.While) and not any(isinstance(n, ast.NamedExpr) for n in ast.walk(node.test)):
            yield Edit(source.span(node)[0], source.span(node.test)[1], "for _ in range(1)")


def handler_removed(source: Source) -> Iterator[Edit]:
    """An `except` that catches nothing."""
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            yield source.replace(node.type, "()")


def key_exchanged(source: Source) -> Iterator[Edit]:
    """`order["b"]` for `order["a"]`: the next key that the program uses."""
    slices = [node.slice for node in source.nodes if isinstance(node, ast.Subscript)]
    keys = [key for key in slices if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    for at, key in enumerate(keys):
        others = [source.text_of(k) for k in keys[at:] + keys if k.value != key.value]
        yield from (source.replace(key, other) for other in others[:1])


def _is_no_number(node: ast.expr) -> bool:
    """A text, bytes, a list."""
    is_encoded = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("encode", "to_bytes", "pack")
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    return is_encoded or is_text or isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp)


OPERATORS: list[Callable[[Source], Iterator[Edit]]] = [
    statement_deleted,
    break_removed,
    sign_exchanged,
    keyword_removed,
    link_removed,
    list_element_removed,
    loop_shortened,
    loop_left,
    handler_removed,
    key_exchanged,
]
