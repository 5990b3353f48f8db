"""Mistakes in what SQL declares: columns and their types, keys, watermarks, options. Each operator takes SQL and yields edits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from streamlings.dev.mutants.exchanges import COLUMN_TYPES, other_values
from streamlings.dev.mutants.source import Edit
from streamlings.dev.mutants.sql_text import Sql


def option_removed(sql: Sql) -> Iterator[Edit]:
    for at in sql.options():
        if "{" not in sql[at + 2]:
            if sql[at + 3] == "," and sql[at + 4]:
                yield sql.cut(at, at + 4)
            else:
                yield sql.replace(at - (sql[at - 1] == ","), at + 3, "")


def option_altered(sql: Sql) -> Iterator[Edit]:
    """The format of a key stays: in any format it tells the keys apart."""
    for at in sql.options():
        for other in other_values(sql[at + 2].strip("'")) if sql[at] != "'key.format'" else []:
            yield sql.replace(at + 2, at + 3, f"'{other}'")


def type_changed(sql: Sql) -> Iterator[Edit]:
    """The type of a column or of a CAST. A DECIMAL becomes binary, or loses its fraction, or one digit of it."""
    for at in range(1, len(sql.tokens)):
        if sql[at] == "DECIMAL" and sql[at + 1] == "(":
            end = sql.closing(at + 1) + 1
            yield sql.replace(at, end, "DOUBLE")
            yield sql.replace(at, end, "INT")
            scale = sql[end - 2]
            if sql[end - 3] == "," and scale != "0":
                yield sql.replace(end - 2, end - 1, str(int(scale) - 1))
        elif sql[at] in COLUMN_TYPES and sql.kind(at - 1) == "name" and sql[at - 1] != "AS":
            other = COLUMN_TYPES[sql[at]]
            has_precision = sql[at + 1] == "(" and not other.startswith("TIMESTAMP")
            yield sql.replace(at, sql.closing(at + 1) + 1 if has_precision else at + 1, other)
        elif sql[at] in COLUMN_TYPES and sql[at - 1] == "AS" and _casts(sql, at):
            yield sql.replace(at, at + 1, COLUMN_TYPES[sql[at]])


def _casts(sql: Sql, at: int) -> bool:
    """Whether what stands behind `AS` is the type of a CAST, and not a name."""
    return any(sql[back] in ("CAST", "TRY_CAST") and sql[back + 1] == "(" and sql.closing(back + 1) > at for back in range(at))


def key_removed(sql: Sql) -> Iterator[Edit]:
    """The primary key."""
    yield from _elements_beginning_with(sql, "PRIMARY")


def watermark_removed(sql: Sql) -> Iterator[Edit]:
    yield from _elements_beginning_with(sql, "WATERMARK")


def _elements_beginning_with(sql: Sql, word: str) -> Iterator[Edit]:
    for at in range(1, len(sql.tokens)):
        if sql[at] == word and sql[at - 1] == ",":
            yield sql.replace(at - 1, sql.end_of(at, {","}), "")


def watermark_without_delay(sql: Sql) -> Iterator[Edit]:
    """`t - INTERVAL ...` becomes `t`."""
    for at in sql.find("WATERMARK"):
        end = sql.end_of(at, {","})
        for minus in range(at, end):
            if sql[minus] == "-" and sql[minus + 1] == "INTERVAL":
                yield Edit(sql.tokens[minus - 1].end, sql.tokens[minus + 3].end, "")  # behind INTERVAL, the number and its unit


def epoch_unit_changed(sql: Sql) -> Iterator[Edit]:
    """Milliseconds taken for seconds, and the other way round."""
    for at in sql.find("TO_TIMESTAMP_LTZ", "("):
        last = sql.closing(at + 1) - 1
        if sql[last] in ("0", "3"):
            yield sql.replace(last, last + 1, "0" if sql[last] == "3" else "3")


def conflict_clause_removed(sql: Sql) -> Iterator[Edit]:
    for at in sql.find("ON", "CONFLICT"):
        yield sql.cut(at, sql.end_of(at + 2, {"SELECT"}))


OPERATORS: list[Callable[[Sql], Iterator[Edit]]] = [
    option_removed,
    option_altered,
    type_changed,
    key_removed,
    watermark_removed,
    watermark_without_delay,
    epoch_unit_changed,
    conflict_clause_removed,
]
