"""A program's text and the places in it that a mutant may change; positions are counted in characters."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]
"""Where something begins, and where it has ended."""

ADDRESSES = {"kafka", "registry", "postgres", "flink"}


@dataclass(frozen=True)
class Edit:
    """`put` in place of what lies between `start` and `end`."""

    start: int
    end: int
    put: str

    def apply(self, text: str) -> str:
        """The text with the edit made; lines on which nothing is left by it are taken out."""
        first, last = text.rfind("\n", 0, self.start) + 1, text.find("\n", self.end)
        last = len(text) if last < 0 else last
        changed = text[first : self.start] + self.put + text[self.end : last]
        kept = [line.rstrip() for line in changed.split("\n") if line.strip()]
        return text[:first] + "\n".join(kept) + text[last + (not kept) :]


def without(text: str, elements: list[Span], at: int) -> Edit:
    """The edit that takes one element out of a list, and one comma with it."""
    start, end = elements[at]
    if at + 1 < len(elements):
        return Edit(start, elements[at + 1][0], "")
    rest = text[end:]
    if rest.lstrip().startswith(","):  # a comma behind the last element, too
        return Edit(start, end + rest.index(",") + 1, "")
    return Edit(elements[at - 1][1] if at else start, end, "")


class Source:
    """A program, parsed. What lies inside f-strings has no exact place in Python 3.11: it is left to those who read the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.parent = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.nodes = list(self._changeable(self.tree))

    def span(self, node: ast.AST) -> Span:
        """Where a node stands. ast counts UTF-8 bytes, this counts characters."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword | ast.excepthandler)
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def text_of(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def replace(self, node: ast.AST, put: str) -> Edit:
        return Edit(*self.span(node), put)

    def mentions_lab(self, *nodes: ast.AST | None) -> bool:
        """Whether the lab's addresses and names are in it: without those nothing works, which proves no check."""
        names = (n for node in nodes if node is not None for n in ast.walk(node))
        return any(isinstance(n, ast.Name) and n.id == "lab" for n in names)

    def reach(self, name: str, *, beside: str) -> str:
        """An expression for a name of the module from which `beside` is imported; the name itself where `beside` is not imported."""
        known = {a.asname or a.name for n in ast.walk(self.tree) if isinstance(n, ast.ImportFrom) for a in n.names}
        homes = [n.module for n in ast.walk(self.tree) if isinstance(n, ast.ImportFrom) and beside in [a.name for a in n.names]]
        if name in known or name in dir(builtins) or not homes:
            return name
        return f'__import__("{homes[0]}", fromlist=["{name}"]).{name}'

    def key_of(self, node: ast.AST) -> str:
        """The text of the key whose value the node is in a dict; "" elsewhere."""
        above = self.parent.get(node)
        if isinstance(above, ast.Dict) and node in above.values:
            key = next(k for k, value in zip(above.keys, above.values, strict=True) if value is node)
            return str(key.value) if isinstance(key, ast.Constant) else ""
        return ""

    def _at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def _changeable(self, node: ast.AST) -> Iterator[ast.AST]:
        """All nodes in order, without imports, docstrings, prints, annotations, the insides of f-strings, and what the lab is asked for."""
        annotations = [getattr(node, name, None) for name in ("annotation", "returns")]
        for child in ast.iter_child_nodes(node):
            if child not in annotations and not _left_alone(child):
                yield child
                if not isinstance(child, ast.JoinedStr):
                    yield from self._changeable(child)


def _left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or _left_alone(node.value)  # a docstring, a print
    if isinstance(node, ast.Call):
        called = node.func
        return (isinstance(called, ast.Name) and called.id == "print") or _left_alone(called)
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "lab"
