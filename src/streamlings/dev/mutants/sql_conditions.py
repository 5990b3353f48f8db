"""Mistakes in conditions and joins. Each operator takes SQL and yields edits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from streamlings.dev.mutants.exchanges import other_constant, other_numbers
from streamlings.dev.mutants.source import Edit
from streamlings.dev.mutants.sql_queries import TIME_PATTERN
from streamlings.dev.mutants.sql_text import CLAUSES, Sql

COMPARISONS = {">": ">=", ">=": ">", "<": "<=", "<=": "<", "=": "<>", "<>": "="}
BEFORE_NUMBERS = {*COMPARISONS, "+", "-", "*", "/", "%", "LIMIT", "BETWEEN", "AND"}


def where_removed(sql: Sql) -> Iterator[Edit]:
    """WHERE or HAVING with its condition; a FILTER (WHERE ...) as a whole."""
    for at, _, end in _conditions(sql, "WHERE", "HAVING"):
        filters = sql[at - 2] == "FILTER"
        yield sql.cut(at - 2 * filters, end + filters)


def predicate_negated(sql: Sql) -> Iterator[Edit]:
    for _, first, end in _conditions(sql, "WHERE", "HAVING"):
        if end - first != 3 or sql[first + 1] not in ("=", "<>"):  # those are `comparison_exchanged`'s
            yield sql.replace(first, end, f"NOT ({sql.between(first, end)})")


def condition_dropped(sql: Sql) -> Iterator[Edit]:
    """One part of a condition with AND or OR, also of a join's."""
    for _, first, end in _conditions(sql, "WHERE", "HAVING", "ON"):
        parts = _parts(sql, first, end)
        for i, (begin, stop) in enumerate(parts):
            if i + 1 < len(parts):
                yield sql.cut(begin, parts[i + 1][0])
            elif i:
                yield Edit(sql.tokens[parts[i - 1][1] - 1].end, sql.tokens[stop - 1].end, "")


def bound_removed(sql: Sql) -> Iterator[Edit]:
    """One of the bounds of BETWEEN."""
    for at in sql.find("BETWEEN"):
        middle = sql.end_of(at + 1, {"AND"})
        end = sql.end_of(middle + 1, CLAUSES | {"AND", "OR"})
        if end > middle + 1 and sql[middle] == "AND" and sql[at - 1] not in ("RANGE", "ROWS"):
            yield sql.replace(at, end, f">= {sql.between(at + 1, middle)}")
            yield sql.replace(at, end, f"<= {sql.between(middle + 1, end)}")


def comparison_exchanged(sql: Sql) -> Iterator[Edit]:
    for at in range(len(sql.tokens)):
        if sql[at] in COMPARISONS and not sql.in_option(at):
            yield sql.replace(at, at + 1, COMPARISONS[sql[at]])


def constant_altered(sql: Sql) -> Iterator[Edit]:
    """A text in the other case, and a number that is compared or counted with."""
    for at in range(len(sql.tokens)):
        text = sql[at]
        if sql.kind(at) == "string" and sql[at - 1] != "INTERVAL" and "{" not in text:
            if not sql.in_option(at) and not TIME_PATTERN.match(text):
                yield sql.replace(at, at + 1, f"'{other_constant(text[1:-1])}'")
        elif sql.kind(at) == "number" and sql[at - 1] in BEFORE_NUMBERS:
            number = float(text) if "." in text else int(text)
            yield sql.replace(at, at + 1, str(other_numbers(number)[0]))


def join_exchanged(sql: Sql) -> Iterator[Edit]:
    """An outer join for an inner one, and the other way round; the version of a row at its time for its newest."""
    for at in sql.find("JOIN"):
        outer = next((back for back in (at - 1, at - 2) if sql[back] in ("LEFT", "RIGHT", "FULL")), None)
        if outer is not None:
            yield sql.replace(outer, at, "INNER")
        elif sql[at - 1] != "CROSS":
            yield sql.replace(at - (sql[at - 1] == "INNER"), at + 1, "LEFT JOIN")
    for at in sql.find("FOR", "SYSTEM_TIME", "AS", "OF"):
        yield sql.cut(at, at + 5)


def union_exchanged(sql: Sql) -> Iterator[Edit]:
    for at in sql.find("UNION", "ALL"):
        yield sql.cut(at + 1, at + 2)


def _conditions(sql: Sql, *words: str) -> Iterator[tuple[int, int, int]]:
    """Conditions behind these words: where the word stands, and the first token and the end of the condition."""
    for at in range(len(sql.tokens)):
        if sql[at] in words and sql[at + 1] != "CONFLICT":
            end = sql.end_of(at + 1, CLAUSES)
            if end > at + 1:
                yield at, at + 1, end


def _parts(sql: Sql, first: int, end: int) -> list[tuple[int, int]]:
    """What AND and OR stand between; the AND of a BETWEEN does not count."""
    parts: list[tuple[int, int]] = []
    for begin, stop in sql.split(first, end, {"AND", "OR"}):
        if parts and "BETWEEN" in [sql[at] for at in range(*parts[-1])] and sql[parts[-1][1]] == "AND" and not _closed(sql, parts[-1]):
            parts[-1] = (parts[-1][0], stop)
        else:
            parts.append((begin, stop))
    return parts


def _closed(sql: Sql, part: tuple[int, int]) -> bool:
    """Whether the part's BETWEEN has both of its bounds."""
    return "AND" in [sql[at] for at in range(*part)]


OPERATORS: list[Callable[[Sql], Iterator[Edit]]] = [
    where_removed,
    predicate_negated,
    condition_dropped,
    bound_removed,
    comparison_exchanged,
    constant_altered,
    join_exchanged,
    union_exchanged,
]
