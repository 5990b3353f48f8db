"""What a wrong output's shape says: each shape by the rows that show it, and rows that are like it and prove nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from streamlings.shop import Event, ms, time_of_day
from streamlings.stage.days import fold
from streamlings.stage.shapes import recognise
from streamlings.stage.shapes.closing import holds_back
from streamlings.stage.shapes.output import Answers, Output
from streamlings.stage.timeline import Moment, Timeline

HOUR = 3_600_000


def order(customer: str, at: str, amount: str) -> Event:
    return {"order_id": f"{customer}-{at}", "customer_id": customer, "amount": Decimal(amount), "timestamp": ms(at)}


def hours_of(orders: list[Event]) -> Answers:
    """Orders and their sum, by customer and hour."""
    found: dict[Any, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        key = (o["customer_id"], time_of_day(o["timestamp"] // HOUR * HOUR))
        found[key] = (found[key][0] + 1, found[key][1] + o["amount"])
    return dict(found)


def totals_of(orders: list[Event]) -> Answers:
    """Orders and their sum, by customer."""
    found: dict[Any, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in orders:
        found[(o["customer_id"],)] = (found[(o["customer_id"],)][0] + 1, found[(o["customer_id"],)][1] + o["amount"])
    return dict(found)


ORDERS = [
    order("ada", "12:05", "0.10"),
    order("ada", "12:20", "0.20"),
    order("bob", "12:40", "7.35"),
    order("bob", "12:50", "12.99"),
    order("bob", "12:55", "1.25"),
    order("bob", "13:05", "20.00"),
    order("ada", "14:25", "9.50"),
]
LATE = order("ada", "12:59:58", "3.33")
RIGHT = {key: [value] for key, value in hours_of(ORDERS).items()}


def told(found: dict[Any, list[Any]], *, timeline: Timeline | None = None, oracle: Any = hours_of, **more: Any) -> tuple[str, str]:
    """The shape's name and its hint; two empty texts where it says nothing."""
    shape = recognise(Output(oracle, more.pop("events", ORDERS), found, timeline or hourly(), **more))
    return (shape.name, shape.hint) if shape else ("", "")


def hourly() -> Timeline:
    happened = Timeline()
    happened.window_ms = HOUR
    return happened


def each(values: Callable[[Any, list[Any]], list[Any]]) -> dict[Any, list[Any]]:
    """The right rows, changed key by key."""
    return {key: values(key, rows) for key, rows in RIGHT.items()}


def values_of(key: tuple[str, str], orders: list[Event] = ORDERS) -> list[Any]:
    """What each order of a key is by itself."""
    return [(1, o["amount"]) for o in orders if key in hours_of([o])]


def running(key: tuple[str, str], orders: list[Event] = ORDERS) -> list[Any]:
    """What a query that answers after every order says of a key."""
    theirs = [o for o in orders if key in hours_of([o])]
    return [hours_of(theirs[: n + 1])[key] for n in range(len(theirs))]


def test_right_rows_have_no_shape() -> None:
    assert told(RIGHT) == ("", "")
    assert told(RIGHT | {("tick-0", "14:00"): [(1, Decimal(1))]}) == ("", ""), "of somebody else"


# --- more rows than one


def test_a_row_for_every_event() -> None:
    name, hint = told(each(lambda key, _: running(key)))
    assert (name, hint.startswith("ada 12:00 has a row for every event")) == ("a row for every event", True)
    with_late = each(lambda key, _: running(key, [*ORDERS, LATE]))
    assert told(with_late, uncounted=[LATE])[0] == "a row for every event", "one that comes late is counted, too"


def test_a_row_for_every_event_is_each_one_and_in_order() -> None:
    assert told(each(lambda key, _: running(key)[::-1])) == ("", "")
    assert told(each(lambda key, _: running(key)) | {("ada", "12:00"): [(1, Decimal("0.20")), (2, Decimal("0.30"))]}) == ("", "")


def test_updates() -> None:
    name, hint = told(RIGHT | {("bob", "12:00"): [running(("bob", "12:00"))[0], *RIGHT["bob", "12:00"]]})
    assert (name, hint.split(":")[0]) == ("updates", "bob 12")
    assert told(RIGHT | {("bob", "12:00"): running(("bob", "12:00"))[:2]}) == ("", ""), "the last one is not right"


def test_old_and_new_values() -> None:
    def changelog(key: Any, _: Any) -> list[Any]:
        steps = running(key)
        return [row for a, b in zip([None, *steps], steps, strict=False) for row in ([a, b] if a else [b])]

    assert told(each(changelog))[0] == "old and new values"
    assert told(each(lambda key, rows: changelog(key, rows)[:-1])) == ("", "")


def test_updates_added_up() -> None:
    def summed(key: Any, _: Any) -> list[Any]:
        return [tuple(sum(column) for column in zip(*running(key), strict=True))]

    assert told(each(summed))[0] == "updates added up"
    assert told(each(summed) | {("bob", "12:00"): [(5, Decimal(1))]}) == ("", "")


def test_parts() -> None:
    name, hint = told(each(lambda key, _: values_of(key)))
    assert (name, "by what else is the query grouped" in hint) == ("parts", True)
    split = [(2, Decimal("20.34")), (1, Decimal("1.25"))]
    assert told(RIGHT | {("bob", "12:00"): split})[0] == "parts"
    assert told(RIGHT | {("bob", "12:00"): [split[0], (1, Decimal("1.26"))]}) == ("", ""), "a cent is not accounted for"
    assert told(RIGHT | {("bob", "13:00"): [(0, Decimal(0)), (1, Decimal(20))]}) == ("", ""), "more rows than events"


def test_duplicates() -> None:
    name, hint = told(each(lambda _, rows: rows * 2))
    assert (name, hint) == ("duplicates", "each row is there twice, the same: what writes it a second time?")
    killed = hourly()
    killed.note("kill", "the TaskManager was killed")
    name, hint = told(RIGHT | {("bob", "12:00"): RIGHT["bob", "12:00"] * 2}, timeline=killed)
    assert (name, hint) == (
        "duplicates",
        "the row of bob 12:00 is there twice, the same: what was written before the kill, and once more after it?",
    )
    assert told(RIGHT | {("bob", "12:00"): [*RIGHT["bob", "12:00"], (3, Decimal("21.60"))]}) == ("", "")


def test_what_must_not_count_counts() -> None:
    with_late = hours_of([*ORDERS, LATE])["ada", "12:00"]
    assert told(RIGHT | {("ada", "12:00"): [with_late]}, uncounted=[LATE]) == (
        "counted all the same",
        "ada 3.33 of 12:59:58 counts: should it?",
    )
    name, hint = told(RIGHT | {("ada", "12:00"): [*RIGHT["ada", "12:00"], with_late]}, uncounted=[LATE])
    assert (name, hint.endswith("Was it not final?")) == ("counted all the same", True)
    assert told(RIGHT | {("ada", "12:00"): [(3, Decimal("3.62"))]}, uncounted=[LATE]) == ("", "")


def test_many_rows_and_many_moments_are_no_burden() -> None:
    """A hopping window in place of a tumbling one gives sixty times the rows."""
    happened = watched()
    for n in range(20_000):
        happened.output("hourly", 0, n, {"customer_id": f"guest-{n}"})
    asked = []

    def oracle(events: list[Event]) -> Answers:
        asked.append(len(events))
        return hours_of(events)

    hops = {(who, f"{int(at[:2])}:{minute:02}"): rows for (who, at), rows in RIGHT.items() for minute in range(60)}
    assert recognise(Output(oracle, ORDERS, hops, happened)) == recognise(Output(hours_of, ORDERS, hops, hourly()))
    assert len(asked) < 500


# --- right but for the time


def moved(minutes: int) -> dict[Any, list[Any]]:
    """The rows of somebody whose clock is so far ahead."""
    return {k: [v] for k, v in hours_of([o | {"timestamp": o["timestamp"] + minutes * 60_000} for o in ORDERS]).items()}


@pytest.mark.parametrize(("minutes", "offset"), [(345, "+05:45"), (-210, "-03:30"), (120, "+02:00"), (-300, "-05:00")])
def test_another_time_zone(minutes: int, offset: str) -> None:
    assert told(moved(minutes)) == (
        "another time zone",
        f"these are hours of another time zone: local time at {offset}. Whose clock do the windows go by?",
    )


def test_another_time_zone_that_two_clocks_share_is_not_named() -> None:
    """Nobody orders in the second half of an hour: +05:00 and +05:30 give the same."""
    orders = [order("ada", "12:05", "1.00"), order("ada", "13:10", "2.00")]
    found = {("ada", "17:00"): [(1, Decimal(1))], ("ada", "18:00"): [(1, Decimal(2))]}
    assert told(found, events=orders) == (
        "another time zone",
        "these are hours of another time zone. Whose clock do the windows go by?",
    )


def test_windows_in_utc_that_are_named_by_a_local_clock() -> None:
    found = {(who, f"{int(at[:2]) + 5}:45"): rows for (who, at), rows in RIGHT.items()}
    assert "+05:45" in told(found)[1]


def test_windows_that_are_cut_by_a_local_clock() -> None:
    def named(at: int) -> str:
        return time_of_day((at - HOUR // 2) // HOUR * HOUR + HOUR // 2)

    found: dict[Any, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for o in ORDERS:
        key = (o["customer_id"], named(o["timestamp"]))
        found[key] = (found[key][0] + 1, found[key][1] + o["amount"])
    assert told({k: [v] for k, v in found.items()}) == (
        "cut elsewhere",
        "the windows begin 30 min past the whole: by whose clock are they cut?",
    )


def test_the_other_edge_of_a_window() -> None:
    """With windows of an hour that may as well be a zone's time, and neither is claimed."""
    found = {(who, f"{int(at[:2]) + 1}:00"): rows for (who, at), rows in RIGHT.items()}
    name, hint = told(found)
    assert (name, "or is that the time in a zone at +01:00?" in hint) == ("the other edge", True)


def test_a_shift_with_one_row_wrong_proves_nothing() -> None:
    found = moved(345)
    del found["bob", "18:00"]
    assert told(found) == ("", "")
    dropped = hourly()
    dropped.add(Moment("late", text="dropped", count=1))
    assert "local time at +05:45" in told(found, timeline=dropped)[1], "but Flink says it dropped one"
    assert told(found | {("bob", "18:00"): [(1, Decimal(1))]}, timeline=dropped) == ("", ""), "a row that no zone gives"


# --- events that do not count, or count twice


def watched(*, late: Event | None = LATE, dropped: int = 0, watermark: str = "13:00:10") -> Timeline:
    """The orders but the last one, a watermark, then one that comes late, and the last."""
    happened = hourly()
    for n, o in enumerate(ORDERS[:-1]):
        happened.sent("orders", 0, n, o)
    happened.watermark(ms(watermark), {"orders-0": ms(watermark)})
    happened.step()
    for n, o in enumerate([late] if late else []):
        happened.sent("orders", 0, 10 + n, o)
    happened.sent("orders", 0, 12, ORDERS[-1])
    if dropped:
        happened.add(Moment("late", text="dropped", count=dropped))
    return happened


def test_what_came_late_is_missing_and_named() -> None:
    events = [*ORDERS, LATE]
    name, hint = told(RIGHT, events=events, timeline=watched())
    assert (name, hint) == (
        "came late",
        "ada 3.33 of 12:59:58 is missing: when it came, the watermark had passed the window's end. How late may an event be?",
    )
    assert told(RIGHT, events=events, timeline=watched(watermark="12:00:00", dropped=1))[0] == "came late", "Flink says so"


def test_a_row_is_missing_whose_only_event_came_late() -> None:
    alone = order("bob", "11:30", "4.20")
    name, hint = told(RIGHT, events=[*ORDERS, alone], timeline=watched(late=alone))
    assert (name, hint.split(":")[0]) == ("came late", "bob 4.20 of 11")


def test_what_came_late_but_before_the_window_closed_is_missing_for_another_reason() -> None:
    assert told(RIGHT, events=[*ORDERS, LATE], timeline=watched(watermark="12:59:00")) == ("", "")


def test_what_is_missing_but_came_in_time_did_not_come_late() -> None:
    found = RIGHT | {("bob", "12:00"): [(2, Decimal("20.34"))]}  # without 1.25, which was in time
    assert told(found, timeline=watched()) == ("", "")


def test_two_late_events_of_the_same_amount_cannot_be_told_apart() -> None:
    twin = LATE | {"order_id": "ada-again"}
    happened = watched()
    happened.sent("orders", 0, 13, twin)
    found = {k: [v] for k, v in hours_of([*ORDERS, LATE]).items()}
    assert told(found, events=[*ORDERS, LATE, twin], timeline=happened) == ("", "")


BEFORE, BETWEEN, AFTER = ORDERS[:3], ORDERS[3:5], ORDERS[5:]


def crashed(*, checkpoint: bool = True) -> Timeline:
    happened = Timeline()
    for n, (orders, then) in enumerate([(BEFORE, "checkpoint"), (BETWEEN, "kill"), (AFTER, "restored")]):
        for m, o in enumerate(orders):
            happened.sent("orders", 0, 10 * n + m, o)
        happened.step()
        if then != "checkpoint" or checkpoint:
            happened.note(then, then)  # type: ignore[arg-type]
        happened.step()
    return happened


def after_a_crash(orders: list[Event], **more: Any) -> tuple[str, str]:
    """What is said when the totals are those of these orders."""
    found = {key: [value] for key, value in totals_of(orders).items()}
    return told(found, oracle=totals_of, timeline=crashed(**more))


def test_lost_in_a_crash() -> None:
    name, hint = after_a_crash(BEFORE + AFTER)
    assert (name, hint) == (
        "lost in a crash",
        "bob 12.99 of 12:50:00 and bob 1.25 of 12:55:00 came between the last checkpoint and the kill, and are missing. From where was "
        "the topic read again?",
    )
    assert "which part of the sum did the checkpoint not hold?" in after_a_crash(BETWEEN + AFTER)[1]
    assert "came while nothing ran" in after_a_crash(BEFORE + BETWEEN)[1]


def test_counted_again_after_a_crash() -> None:
    name, hint = after_a_crash(ORDERS + BETWEEN)
    assert (name, "and counts twice. What went back to it, and what did not?" in hint) == ("counted again", True)
    assert "what was kept, while the topic was read again?" in after_a_crash(ORDERS + BEFORE + BETWEEN)[1]
    assert after_a_crash(ORDERS + ORDERS)[0] == "doubled"


def test_some_of_what_a_crash_touches_proves_nothing() -> None:
    assert after_a_crash(BEFORE + BETWEEN[1:] + AFTER) == ("", "")
    assert after_a_crash(ORDERS + BETWEEN[:1]) == ("", "")
    assert after_a_crash(BEFORE + AFTER, checkpoint=False) == ("", ""), "nobody saw a checkpoint"


def test_doubled() -> None:
    assert told({k: [v] for k, v in hours_of(ORDERS * 2).items()})[0] == "doubled"
    assert told({k: [v] for k, v in hours_of(ORDERS * 2 + ORDERS[:1]).items()}) == ("", "")


def test_a_partition_that_nobody_reads() -> None:
    happened = hourly()
    for n, o in enumerate(ORDERS):
        happened.sent("orders", n % 2, n, o)
    name, hint = told({k: [v] for k, v in hours_of(ORDERS[::2]).items()}, timeline=happened)
    assert (name, "no event of partition orders-1 counts" in hint) == ("a partition is missing", True)
    assert told({k: [v] for k, v in hours_of(ORDERS[1::2]).items()}, timeline=happened)[1].startswith("no event of partition orders-0")


def test_an_event_that_is_a_partition_by_itself_and_the_only_late_one() -> None:
    """Two shapes fit: neither is named."""
    happened = watched(late=None)
    happened.sent("orders", 1, 0, LATE)
    assert told(RIGHT, events=[*ORDERS, LATE], timeline=happened) == ("", "")


# --- windows that have not ended


def test_the_last_windows_are_missing() -> None:
    closed = {key: rows for key, rows in RIGHT.items() if key[1] < "14"}
    assert told(closed) == ("never closed", "from 14:00 on no window was reported, all before are right: what ends a window?")
    name, hint = told(closed, timeline=watched(late=None, watermark="14:20:00"))
    assert (name, hint.endswith("the watermark stands at 14:20:00. What moves it on?")) == ("never closed", True)
    some = {key: rows for key, rows in RIGHT.items() if key != ("ada", "12:00")}
    assert told(some)[0] == "missing", "not the last ones"


def standing(of: dict[str, int | None]) -> Timeline:
    happened = hourly()
    for n, o in enumerate(ORDERS):
        happened.sent("orders", n % 3, n, o)
    known = [at for at in of.values() if at is not None]
    happened.watermark(min(known) if len(known) == len(of) else None, of)
    return happened


def test_nothing_closed_and_which_partition_holds_the_watermark_back() -> None:
    levels = {"orders-0": ms("14:00"), "orders-1": ms("12:31"), "orders-2": ms("13:59")}
    assert told({}, timeline=standing(levels | {"totals: Writer": ms("12:31")})) == (
        "nothing closed",
        "no window has ended: the watermark stands at 12:31:00, and partition orders-1 holds it back, at 12:31:00. Does it still send?",
    )
    assert "partition orders-1 holds it back, which has none" in told({}, timeline=standing(levels | {"orders-1": None}))[1]
    assert told({}, timeline=standing(dict.fromkeys(levels, ms("12:31"))))[1].endswith("stands at 12:31:00. What moves it on?")
    assert told({}, timeline=standing(dict.fromkeys(levels, ms("13:31")))) == ("", ""), "12:00 is over, and yet there is no row"
    assert told({}) == ("", ""), "nobody saw a watermark"


def test_one_partition_holds_the_others_back() -> None:
    assert holds_back({"a-0": 5, "a-1": 3}) == "a-1"
    assert holds_back({"a-0": 5, "a-1": None}) == "a-1"
    assert holds_back({"a-0": 3, "a-1": 3, "a-2": 5}) == holds_back({"a-0": 3}) == holds_back({}) == ""


# --- single rows


def test_binary_rounding() -> None:
    as_double = RIGHT | {("ada", "12:00"): [(2, Decimal(str(0.1 + 0.2)))]}
    name, hint = told(as_double)
    assert (name, "in a DOUBLE, 0.1 + 0.2 is not 0.3" in hint) == ("binary rounding", True)
    wholesale = [order("carol", "12:10", "5239384.99"), order("carol", "12:30", "7989355.72"), order("carol", "13:10", "143.09")]
    found = {("carol", "12:00"): [(2, Decimal("13228741"))], ("carol", "13:00"): [(1, Decimal("143.09"))]}
    assert "a FLOAT keeps about seven digits" in told(found, events=wholesale)[1]


def test_what_is_off_by_a_cent_or_cut_to_whole_numbers_is_not_rounded_by_binary_fractions() -> None:
    assert told(RIGHT | {("ada", "12:00"): [(2, Decimal("0.31"))]}) == ("", "")
    assert told(RIGHT | {("ada", "12:00"): [(3, Decimal(str(0.1 + 0.2)))]}) == ("", ""), "the count is wrong, too"
    wholesale = [order("carol", "12:10", "5239384.99"), order("carol", "12:30", "7989355.72"), order("carol", "13:10", "143.09")]
    cut = {("carol", "12:00"): [(2, Decimal("13228741"))], ("carol", "13:00"): [(1, Decimal("143"))]}
    assert told(cut, events=wholesale) == ("", "")
    one_off = {("carol", "12:00"): [(2, Decimal("13228740.72"))], ("carol", "13:00"): [(1, Decimal("143.09"))]}
    assert told(one_off, events=wholesale) == ("", ""), "no FLOAT has these digits"


def test_rows_that_are_missing_and_rows_too_many() -> None:
    name, hint = told({key: rows for key, rows in RIGHT.items() if key[0] != "bob"})
    assert (name, hint.split(",")[0]) == ("missing", "there is no row for bob 12:00 and bob 13:00")
    name, hint = told(RIGHT | {("ada", "11:00"): [(1, Decimal(1))]})
    assert (name, hint.split(",")[0]) == ("too many", "there is a row for ada 11:00")
    both = {key: rows for key, rows in RIGHT.items() if key != ("bob", "12:00")} | {("ada", "11:00"): [(1, Decimal(1))]}
    assert told(both) == ("", "")


def test_values_that_cannot_be_added_have_no_sum() -> None:
    """Texts, and rows without a column."""
    words = {key: [None, (1, None)] for key in RIGHT}
    assert told(words) == ("", "")
    odd = [(2, "0.30"), (2, float("nan")), (2, Decimal("1e60")), (True, Decimal("0.30000000000000004")), ("2", [1])]
    assert [told(RIGHT | {("ada", "12:00"): [value]}) for value in odd] == [("", "")] * len(odd)
    assert fold([(({"a": 1}, "12:00"), 1)]) == {("{'a': 1}", "12:00"): [1]}
    assert recognise(Output(lambda events: {(e["customer_id"],): "x" for e in events}, ORDERS, {("ada",): ["y"]})) is None
