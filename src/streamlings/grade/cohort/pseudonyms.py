"""Who is called what on the page: "learner 12", in an order that says nothing of names, and is the same whenever the batch is reported."""

from __future__ import annotations

import ast
import functools
import hashlib
import io
import keyword
import re
import tokenize
from collections.abc import Iterator

from streamlings.course import Exercise
from streamlings.grade.marks import Graded

SHORTEST = 3
"""Parts of a name that are shorter are words of many programs."""
DIGITS = 4
"""And numbers that are shorter stand in many."""


def pseudonyms(graded: list[Graded], secret: str) -> dict[str, str]:
    """By a submission's key. Whoever knows the names and not the secret cannot tell the order."""
    order = sorted(graded, key=lambda g: hashlib.sha256(f"{secret} {g.submission.key}".encode()).digest())
    return {each.submission.key: f"learner {number}" for number, each in enumerate(order, 1)}


def anonymous(program: str, graded: list[Graded]) -> str:
    """A program without its comments and docstrings, in which people sign, and without names."""
    return masked(without_comments(program), graded)


def masked(text: str, graded: list[Graded]) -> str:
    """Text with a mark in place of every learner's name: the whole, however its parts are joined, each part, and each number in it (of the
    course's office, mostly). A part that is a word of Python's or of the starters' says nothing of who wrote it, and stays."""
    common = frozenset().union(*(_words(mark.exercise) for g in graded[:1] for mark in g.marks), map(str.lower, keyword.kwlist))
    patterns = {pattern for g in graded for pattern in _of_name(g.submission.name, common)}
    if not patterns:
        return text
    return re.sub("|".join(sorted(patterns, key=lambda p: (-len(p), p))), "(name)", text, flags=re.IGNORECASE)


@functools.cache
def _words(exercise: Exercise) -> frozenset[str]:
    """Those of an exercise's starter, in small letters: everybody's program has them."""
    return frozenset(re.findall(r"[^\W\d_]+", without_comments(exercise.starter.read_text()).lower()))


def _of_name(name: str, common: frozenset[str]) -> Iterator[str]:
    """Letters end where no letter follows, numbers where no digit does."""
    parts = re.findall(r"[^\W\d_]+|\d+", name)
    if parts:
        yield _bounded(r"[\W_]*".join(map(re.escape, parts)), parts[0], parts[-1])
    for part in parts:
        if len(part) >= (DIGITS if part.isdecimal() else SHORTEST) and part.lower() not in common:
            yield _bounded(re.escape(part), part, part)


def _bounded(pattern: str, first: str, last: str) -> str:
    before, after = (r"\d" if part.isdecimal() else r"[^\W\d_]" for part in (first, last))
    return f"(?<!{before}){pattern}(?!{after})"


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
