"""Who is called what on the page: "learner 12", in an order that says nothing of names, and is the same whenever the batch is reported."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tokenize

from streamlings.grade.marks import Graded

SHORTEST = 3
"""Parts of a name that are shorter are words of many programs."""


def pseudonyms(graded: list[Graded], seed: int) -> dict[str, str]:
    """By a submission's key."""
    order = sorted(graded, key=lambda g: hashlib.sha256(f"{seed} {g.submission.key}".encode()).digest())
    return {each.submission.key: f"learner {number}" for number, each in enumerate(order, 1)}


def anonymous(program: str, graded: list[Graded]) -> str:
    """A program without its comments and docstrings, in which people sign, and without names."""
    return masked(without_comments(program), graded)


def masked(text: str, graded: list[Graded]) -> str:
    """Text with a mark in place of every learner's name."""
    names = {part for g in graded for part in re.findall(r"[^\W\d_]+", g.submission.name) if len(part) >= SHORTEST}
    if not names:
        return text
    pattern = "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True))
    return re.sub(rf"(?<![^\W\d_])(?:{pattern})(?![^\W\d_])", "(name)", text, flags=re.IGNORECASE)


def without_comments(program: str) -> str:
    """The program's code, laid out the same for everybody; of one that Python cannot parse, all but what stands behind a #."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.sub(r"#.*", "", program)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    try:
        return ast.unparse(tree)
    except (RecursionError, ValueError, MemoryError):  # ValueError: of a number with more digits than Python writes
        return re.sub(r"#.*", "", program)


def comments(program: str) -> list[str]:
    """What stands behind a #, word by word as it is written."""
    try:
        return [t.string for t in tokenize.generate_tokens(io.StringIO(program).readline) if t.type == tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return []
