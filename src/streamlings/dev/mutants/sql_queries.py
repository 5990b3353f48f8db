"""Mistakes in queries: windows, groups, aggregates, columns. Each operator takes SQL and yields edits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise, takewhile

from streamlings.dev.mutants.exchanges import FINER, UNITS, other_numbers
from streamlings.dev.mutants.source import Edit
from streamlings.dev.mutants.sql_text import CLAUSES, Sql

AGGREGATES = {"SUM": "MAX", "MAX": "MIN", "MIN": "MAX", "AVG": "MAX", "FIRST_VALUE": "LAST_VALUE", "LAST_VALUE": "FIRST_VALUE"}
OF_A_VALUE = {"UPPER", "LOWER", "TRIM", "ABS", "ROUND", "FLOOR", "CEIL", "COALESCE", "IFNULL"}
TIME_PATTERN = re.compile(r"'(?=[^']*(?:HH|mm|dd))[yMdHhms:. /_'-]+'\Z")


def window_exchanged(sql: Sql) -> Iterator[Edit]:
    """TUMBLE, HOP and CUMULATE for each other, and TUMBLE for SESSION; a missing step becomes one of the next finer unit."""
    for at in range(len(sql.tokens)):
        if sql[at] == "SESSION" and sql[at + 1] == "(" and sql[at + 2] in ("TABLE", "DATA"):
            partition = next((p for p in sql.find("PARTITION", "BY") if at < p < sql.closing(at + 1)), None)
            end = sql.end_of(partition, {","}) if partition else at + 2
            kept = sql.between(at + 2, partition) if partition else ""
            yield sql.replace(at, end, f"TUMBLE({kept}")
        elif sql[at] in ("TUMBLE", "HOP", "CUMULATE") and sql[at + 1] == "(" and sql[at + 2] in ("TABLE", "DATA"):
            end = sql.closing(at + 1) + 1
            arguments = sql.split(at + 2, end - 1, {","})
            size, last = arguments[-1]
            if sql[at] == "TUMBLE" and sql[size] == "INTERVAL":
                step = f"INTERVAL '1' {FINER.get(sql[size + 2], 'SECOND')}"
                if step != sql.between(size, last):
                    call = f"({sql.between(at + 2, size)} {step}, {sql.between(size, end)}"
                    yield sql.replace(at, end, "HOP" + call)
                    yield sql.replace(at, end, "CUMULATE" + call)
            elif len(arguments) > 3:
                yield sql.replace(at, at + 1, "CUMULATE" if sql[at] == "HOP" else "HOP")
                yield sql.replace(at, end, f"TUMBLE({sql.between(at + 2, arguments[-2][0])} {sql.between(size, end)}")


def interval_changed(sql: Sql) -> Iterator[Edit]:
    """Twice as long, half as long, and the same number of another unit."""
    for at in sql.find("INTERVAL"):
        number = sql[at + 1].strip("'")
        if number.isdecimal():
            for other in other_numbers(int(number)):
                yield sql.replace(at + 1, at + 2, f"'{other}'")
        if sql[at + 2] in UNITS:
            yield sql.replace(at + 2, at + 3, UNITS[sql[at + 2]])


def group_column_dropped(sql: Sql) -> Iterator[Edit]:
    """One of the columns of GROUP BY or PARTITION BY; PARTITION BY itself where it has only one."""
    for word in ("GROUP", "PARTITION"):
        for at in sql.find(word, "BY"):
            parts = sql.split(at + 2, sql.end_of(at + 2, CLAUSES), {","})
            parts = list(takewhile(lambda part: sql[part[0]] != "DESCRIPTOR", parts))  # in a window function, that comes next
            if len(parts) > 1:
                yield from (sql.without(parts, i) for i in range(len(parts)))
            elif word == "PARTITION":
                yield sql.cut(at, parts[0][1])


def aggregate_exchanged(sql: Sql) -> Iterator[Edit]:
    """SUM for MAX and the like; COUNT(*) becomes a count of what differs in the first column of GROUP BY."""
    groups = sql.find("GROUP", "BY")
    for at in range(len(sql.tokens)):
        if sql[at] in AGGREGATES and sql[at + 1] == "(":
            yield sql.replace(at, at + 1, AGGREGATES[sql[at]])
        elif sql[at] == "COUNT" and sql[at + 2] == "*" and groups:
            yield sql.replace(at + 2, at + 3, f"DISTINCT {sql[groups[0] + 2]}")


def distinct_removed(sql: Sql) -> Iterator[Edit]:
    for at in sql.find("DISTINCT"):
        if sql[at + 1] != "FROM":  # IS DISTINCT FROM is a comparison
            yield sql.cut(at, at + 1)


def bound_exchanged(sql: Sql) -> Iterator[Edit]:
    """The end of a window in place of its beginning, and the other way round, in what is selected."""
    for select in sql.find("SELECT"):
        for at in range(select, sql.end_of(select + 1, CLAUSES)):
            table, _, column = sql[at].rpartition(".")
            if column in ("window_start", "window_end"):
                other = "window_end" if column == "window_start" else "window_start"
                yield sql.replace(at, at + 1, f"{table}.{other}" if table else other)


def order_reversed(sql: Sql) -> Iterator[Edit]:
    for at in range(len(sql.tokens)):
        if sql[at] in ("ASC", "DESC"):
            yield sql.replace(at, at + 1, "DESC" if sql[at] == "ASC" else "ASC")


def match_exchanged(sql: Sql) -> Iterator[Edit]:
    """Of MATCH_RECOGNIZE: without its limit in time, and another row at which the search goes on."""
    for at in sql.find("WITHIN", "INTERVAL"):
        yield sql.cut(at, at + 4)
    for here, there in (("PAST LAST ROW", "TO NEXT ROW"), ("TO NEXT ROW", "PAST LAST ROW")):
        for at in sql.find("AFTER", "MATCH", "SKIP", *here.split()):
            yield sql.replace(at + 3, at + 6, there)


def call_deleted(sql: Sql) -> Iterator[Edit]:
    """A function of one value becomes its first argument."""
    for at in range(len(sql.tokens)):
        if sql[at] in OF_A_VALUE and sql[at + 1] == "(":
            end = sql.closing(at + 1)
            yield sql.replace(at, end + 1, sql.between(at + 2, sql.end_of(at + 2, {","})))


def columns_exchanged(sql: Sql) -> Iterator[Edit]:
    """Two neighbours of what is inserted: Flink goes by their positions, not by their names."""
    for insert in sql.find("INSERT", "INTO"):
        select = sql.end_of(insert + 2, {"SELECT"}) + 1
        columns = sql.split(select, sql.end_of(select, CLAUSES), {","})
        for (a, b), (c, d) in pairwise(columns):
            yield sql.replace(a, d, f"{sql.between(c, d)}, {sql.between(a, b)}")


def time_pattern_altered(sql: Sql) -> Iterator[Edit]:
    """Hours and minutes exchanged, and hours that go to 12 only."""
    for at in range(len(sql.tokens)):
        pattern = sql[at]
        if TIME_PATTERN.match(pattern) and not sql.in_option(at):
            swapped = pattern.replace("HH", "\0").replace("mm", "HH").replace("\0", "mm")
            for other in (swapped, pattern.replace("HH", "hh"), pattern.replace("dd", "DD")):
                if other != pattern:
                    yield sql.replace(at, at + 1, other)


OPERATORS: list[Callable[[Sql], Iterator[Edit]]] = [
    window_exchanged,
    interval_changed,
    group_column_dropped,
    aggregate_exchanged,
    distinct_removed,
    bound_exchanged,
    order_reversed,
    match_exchanged,
    call_deleted,
    columns_exchanged,
    time_pattern_altered,
]
