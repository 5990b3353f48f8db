"""Mistakes in Python: statements, conditions, calls, lists. Each operator takes a program and yields edits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from streamlings.dev.mutants.source import Edit, Source, without

OTHER_COMPARISON: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
PLUMBING = {"builder", "new_builder", "build", "get_config", "open", "close", "read_text", "from_source", "name", "uid"}
"""Links of a chain without which nothing runs, and names for people."""


def statement_deleted(source: Source) -> Iterator[Edit]:
    """A call whose result nobody uses, or `x += 1`."""
    for node in source.nodes:
        if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
            yield source.replace(node, "pass")


def break_removed(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        if isinstance(node, ast.Break | ast.Continue):
            yield source.replace(node, "pass")


def condition_negated(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        tests = [node.test] if isinstance(node, ast.If | ast.IfExp) else node.ifs if isinstance(node, ast.comprehension) else []
        for test in tests:
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                yield source.replace(test, source.text_of(test.operand))
            else:
                yield source.replace(test, f"not ({source.text_of(test)})")


def condition_dropped(source: Source) -> Iterator[Edit]:
    """One of the parts of `a and b`, `a or b`."""
    for node in source.nodes:
        if isinstance(node, ast.BoolOp):
            parts = [f"({source.text_of(v)})" if isinstance(v, ast.BoolOp | ast.IfExp) else source.text_of(v) for v in node.values]
            word = " and " if isinstance(node.op, ast.And) else " or "
            for at in range(len(parts)):
                yield source.replace(node, word.join(parts[:at] + parts[at + 1 :]))


def comparison_exchanged(source: Source) -> Iterator[Edit]:
    """A comparison that is a whole condition is left to `condition_negated` where the exchange would be the same."""
    for node in source.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            above = source.parent[node]
            own, other = OTHER_COMPARISON[type(node.ops[0])]
            if own in ("<", "<=", ">", ">=") or not isinstance(above, ast.If | ast.IfExp | ast.comprehension):
                start = source.span(node.left)[1]
                gap = source.text[start : source.span(node.comparators[0])[0]]
                yield Edit(start, start + len(gap), gap.replace(own, other, 1))


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
        is_needed = is_made_by_its_class or isinstance(on, ast.Constant) or node.func.attr in PLUMBING
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


def key_exchanged(source: Source) -> Iterator[Edit]:
    """`order["b"]` for `order["a"]`: the next key that the program uses."""
    slices = [node.slice for node in source.nodes if isinstance(node, ast.Subscript)]
    keys = [key for key in slices if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    for at, key in enumerate(keys):
        others = [source.text_of(k) for k in keys[at:] + keys if k.value != key.value]
        yield from (source.replace(key, other) for other in others[:1])


OPERATORS: list[Callable[[Source], Iterator[Edit]]] = [
    statement_deleted,
    break_removed,
    condition_negated,
    condition_dropped,
    comparison_exchanged,
    keyword_removed,
    link_removed,
    list_element_removed,
    loop_shortened,
    key_exchanged,
]
