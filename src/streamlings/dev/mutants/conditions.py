"""Mistakes in Python's conditions and comparisons. Each operator takes a program and yields edits."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from streamlings.dev.mutants.source import Edit, Source

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


def condition_negated(source: Source) -> Iterator[Edit]:
    for node in source.nodes:
        tests = [node.test] if isinstance(node, ast.If | ast.IfExp) else node.ifs if isinstance(node, ast.comprehension) else []
        for test in tests:
            if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
                yield source.replace(test, source.text_of(test.operand))
            else:
                yield source.replace(test, f"not ({source.text_of(test)})")


def condition_dropped(source: Source) -> Iterator[Edit]:
    """One of the parts of `a and b`, `a or b`, `a & b`, `a | b`."""
    for node in source.nodes:
        if isinstance(node, ast.BoolOp):
            parts = [f"({source.text_of(v)})" if isinstance(v, ast.BoolOp | ast.IfExp) else source.text_of(v) for v in node.values]
            word = " and " if isinstance(node.op, ast.And) else " or "
            for at in range(len(parts)):
                yield source.replace(node, word.join(parts[:at] + parts[at + 1 :]))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):  # of expressions of the Table API
            yield from (source.replace(node, source.text_of(side)) for side in (node.left, node.right))


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


def bound_removed(source: Source) -> Iterator[Edit]:
    """One of the bounds of `a <= x < b`."""
    for node in source.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 2:
            low, middle, high = source.span(node)[0], source.span(node.comparators[0]), source.span(node)[1]
            yield Edit(low, middle[0], "")
            yield Edit(middle[1], high, "")


OPERATORS: list[Callable[[Source], Iterator[Edit]]] = [condition_negated, condition_dropped, comparison_exchanged, bound_removed]
