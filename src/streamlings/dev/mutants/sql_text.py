"""SQL as it stands in a Python string, also in an f-string: its tokens, clauses and lists.

It is read from the program's text, as Python 3.11 does not say where things are inside an f-string. What stands in braces there is one
token, a hole. SQL is expected between double quotes, and its key words in capitals.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from streamlings.dev.mutants.source import Edit, Source, Span, without

TOKEN = re.compile(
    r"""(?P<blank> \s+ | --[^\n]* | \\. | (?: \b[rRfF]{1,2} )? "+ )
      | (?P<mark> \{\{ | \}\} )
      | (?P<hole> \{[^{}]*\} )
      | (?P<string> '[^']*' )
      | (?P<name> `[^`]*` | [A-Za-z_][\w.]* )
      | (?P<number> \d+ (?:\.\d+)? )
      | (?P<sign> <> | >= | <= | => | != | \|\| | . )""",
    re.VERBOSE,
)
STATEMENTS = {"SELECT", "CREATE", "INSERT", "ALTER", "WITH", "EXECUTE", "FROM", "WHERE"}
CLAUSES = {
    "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "WINDOW", "ON",
    "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "INSERT", "MEASURES", "PATTERN", "DEFINE", "AFTER", "WITHIN", "END",
}  # fmt: skip
"""Where one of these stands, the clause before it has ended."""


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


def statements(source: Source) -> Iterator[Sql]:
    """The strings of a program that are SQL, or a part of it such as options that several tables share."""
    for node in source.nodes:
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            sql = Sql(source, source.span(node))
            if sql.tokens and (sql.tokens[0].text in STATEMENTS or sql.options()):
                yield sql


class Sql:
    """The tokens of one string, without what is blank. Methods speak of tokens by their index."""

    def __init__(self, source: Source, span: Span) -> None:
        self.text = source.text
        found = TOKEN.finditer(source.text, *span)
        self.tokens = [Token(m.lastgroup or "", m[0], m.start(), m.end()) for m in found if m.lastgroup != "blank"]

    def __getitem__(self, at: int) -> str:
        """The text of a token; "" beyond the last."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else ""

    def find(self, *phrase: str) -> list[int]:
        """Where these words follow each other."""
        size = len(phrase)
        return [at for at in range(len(self.tokens)) if tuple(t.text for t in self.tokens[at : at + size]) == phrase]

    def replace(self, first: int, end: int, put: str) -> Edit:
        """The edit that puts something in place of the tokens from `first` up to, and without, `end`."""
        return Edit(self.tokens[first].start, self.tokens[end - 1].end, put)

    def cut(self, first: int, end: int) -> Edit:
        """The edit that takes these tokens out, with the blanks behind them."""
        return Edit(self.tokens[first].start, self.tokens[end].start if end < len(self.tokens) else self.tokens[end - 1].end, "")

    def between(self, first: int, end: int) -> str:
        """The text of these tokens with what is between them."""
        return self.text[self.tokens[first].start : self.tokens[end - 1].end]

    def closing(self, opening: int) -> int:
        """The parenthesis that closes this one (the end of the string where none does)."""
        return self.end_of(opening + 1, set())

    def end_of(self, first: int, words: set[str]) -> int:
        """The first token from here that is one of these words, or closes a parenthesis that was opened before, or ends the statement.
        The FROM of IS DISTINCT FROM begins no clause."""
        depth = 0
        for at in range(first, len(self.tokens)):
            text = self[at]
            if depth == 0 and (text in words or text in (")", ";")) and not (text == "FROM" and self[at - 1] == "DISTINCT"):
                return at
            depth += (text == "(") - (text == ")")
        return len(self.tokens)

    def split(self, first: int, end: int, separators: set[str]) -> list[tuple[int, int]]:
        """The parts of these tokens, as first token and end, without the separators between them."""
        parts, begin = [], first
        while begin < end:
            at = min(self.end_of(begin, separators), end)
            parts.append((begin, at))
            begin = at + 1
        return [(a, b) for a, b in parts if a < b]

    def without(self, parts: list[tuple[int, int]], at: int) -> Edit:
        """The edit that takes one part out of a list with commas."""
        return without(self.text, [(self.tokens[a].start, self.tokens[b - 1].end) for a, b in parts], at)

    def is_option(self, at: int) -> bool:
        """Whether `'key' = 'value'` begins here."""
        return self.kind(at) == "string" and self[at + 1] == "=" and self.kind(at + 2) == "string"

    def options(self) -> list[int]:
        return [at for at in range(len(self.tokens)) if self.is_option(at)]

    def in_option(self, at: int) -> bool:
        """Whether the token is part of an option, also of one whose value is written elsewhere: `'key' = ` at the end."""
        last = len(self.tokens) - 1
        cut_off = self[last] == "=" and self.kind(last - 1) == "string" and at >= last - 1
        return cut_off or any(self.is_option(at - back) for back in range(3))
