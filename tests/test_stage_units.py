"""The small parts of the stage and the grader, without any server."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streamlings import traps
from streamlings.checks import Check, Decided, Failure, check, expect
from streamlings.judging import judge
from streamlings.servers.state import LabState
from streamlings.shop import DAY, Shop, clock, ms, shown
from streamlings.stage.days import shorter, unruly
from streamlings.stage.records import Record, to_json
from streamlings.stage.stage import Stage
from streamlings.stage.story import story
from streamlings.stage.stuck import Stuck, root_cause
from streamlings.stage.timeline import Timeline

# --- the shop


@pytest.mark.parametrize("at", ["00:00:00", "12:00:10", "12:00:10.25", "12:00:10.007", "23:59:59.999"])
def test_a_time_goes_to_milliseconds_and_back(at: str) -> None:
    assert clock(ms(at)) == at


def test_times_of_other_days() -> None:
    assert ms("12:00") == int(DAY.timestamp() * 1000) + 12 * 3_600_000
    assert ms("00:00", day=1) - ms("00:00") == 86_400_000
    assert clock(ms("12:00", day=2)) == "day 3 12:00:00"
    assert clock(0) == "1970-01-01 00:00:00"
    assert clock(ms("12:00") * 1000) == "the year 51390"
    assert clock(2**63 - 1) == "the year 292278994"
    assert ms("12:00:00.5") - ms("12:00") == 500


def events(seed: int) -> list[dict[str, Any]]:
    shop = Shop(seed)
    return [shop.order(name, "12:00") for name in shop.customers(5)]


def test_the_seed_decides_the_events() -> None:
    assert events(7) == events(7)
    assert events(7) != events(8)
    assert len({e["order_id"] for e in events(7)}) == 5
    assert all(Decimal(1) <= e["amount"] <= 250 and e["amount"] == e["amount"].quantize(Decimal("0.01")) for e in events(7))


MONEY = [("12.5", "12.50"), ("1.4E+2", "140.00"), ("140", "140.00"), ("0.125", "0.125"), ("1E+400", "1E+400")]


@pytest.mark.parametrize(("wire", "people"), MONEY)
def test_money_is_shown_with_its_cents(wire: str, people: str) -> None:
    assert shown(Decimal(wire)) == people


# --- records


def test_money_keeps_its_digits() -> None:
    assert to_json({"amount": Decimal("12.50"), "n": 3}) == b'{"amount":12.50,"n":3}'
    assert to_json({"amount": Decimal("99999999.99")}) == b'{"amount":99999999.99}'
    row = Record(0, 0, None, None, b'{"amount": 0.10}').row()
    assert row == {"amount": Decimal("0.10")}
    assert str(row["amount"]) == "0.10"


@pytest.mark.parametrize("value", [None, b"", b"[1]", b"\xff\xfe", b"ada", b'"ada"', b'{"a"'])
def test_what_is_no_json_object_is_no_row(value: bytes | None) -> None:
    assert Record(0, 0, None, None, value).row() is None


# --- the timeline


def order(customer: str, at: str) -> dict[str, Any]:
    return {"order_id": "o-1", "customer_id": customer, "amount": Decimal("9.50"), "timestamp": ms(at), "status": "PAID"}


def test_the_story_says_what_was_late_and_which_windows_are_over() -> None:
    happened = Timeline()
    happened.window_ms = 60_000
    happened.sent("orders", 0, 0, order("ada", "12:00:10"))
    happened.watermark(None, {"orders-0": None})
    happened.step()
    happened.sent("orders", 0, 1, order("bob", "12:01:04"))
    happened.output("totals", 0, 0, {"customer_id": "ada", "orders": 1})
    happened.watermark(ms("12:00:59.999"), {"orders-0": ms("12:00:59.999")})
    happened.step()
    happened.sent("orders", 1, 0, order("ada", "12:00:12"))
    assert story(happened) == [
        "sent       12:00:10    ada 9.50 PAID",
        "watermark  none yet",
        "sent       12:01:04    bob 9.50 PAID",
        "watermark  12:00:59.999   12:00-12:01 is over",
        "output     customer_id ada  orders 1",
        "sent       12:00:12    ada 9.50 PAID   to orders-1   52 s late, 12:00-12:01 is over",
    ]
    assert [line.split()[2] for line in story(happened, "ada") if line.startswith("sent")] == ["ada", "ada"]


def test_a_part_in_which_nothing_happened_has_no_story() -> None:
    happened = Timeline()
    happened.act("the replay")
    assert story(happened, act="the replay") == []


def test_a_wrong_clock_makes_no_other_event_late() -> None:
    happened = Timeline()
    for offset, event in enumerate(
        [order("ada", "12:00:10"), order("bob", "12:00:10") | {"timestamp": ms("12:00", day=366)}, order("ada", "12:00:08")]
    ):
        happened.sent("orders", 0, offset, event)
    assert [line.rpartition("   ")[2] for line in story(happened)][-1] == "2 s late"


def test_an_event_that_the_watermark_had_passed_may_have_been_dropped() -> None:
    happened = Timeline()
    happened.sent("orders", 0, 0, order("ada", "12:00:10"))
    happened.watermark(ms("12:00:05"), {})
    assert not happened.sent_behind(), "within a step the watermark comes after what was sent"
    happened.step()
    happened.sent("orders", 0, 1, order("ada", "12:00:07"))
    assert not happened.sent_behind()
    happened.sent("orders", 0, 2, order("ada", "12:00:04"))
    assert happened.sent_behind()


def test_a_row_says_where_it_is_where_there_are_several_topics() -> None:
    happened = Timeline()
    happened.output("live", 0, 0, {"customer_id": "ada", "revenue": 3})
    assert story(happened) == ["output     customer_id ada  revenue 3"]
    happened.several_outputs = True
    assert story(happened) == ["output     customer_id ada  revenue 3   in live"]


def test_a_program_that_is_moved_finds_empty_folders(tmp_path: Path) -> None:
    stage = Stage(LabState(), prefix="", seed=7, topics={}, needs=set(), folder=tmp_path, start=lambda _: pytest.fail("started"))
    ended: list[bool] = []
    stage.program = SimpleNamespace(kill=lambda: ended.append(True))  # type: ignore[assignment]
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("kept")
    (stage.folder_of("in") / "orders.jsonl").write_text("{}")
    (stage.folder_of("out") / "link").symlink_to(elsewhere)
    stage.move_program()
    assert (ended, stage.program) == ([True], None)
    assert [p.name for p in tmp_path.iterdir()] == ["elsewhere.txt"]
    assert elsewhere.read_text() == "kept"


def test_within_a_step_the_order_is_fixed_whoever_was_quicker() -> None:
    def watched(*offsets: int, parallel: bool) -> list[str]:
        happened = Timeline()
        happened.parallel = parallel
        for offset in offsets:
            happened.output("totals", 0, offset, {"customer_id": ["bob", "ada"][offset], "orders": offset})
        happened.watermark(ms("12:00"), {"orders-0": ms("12:00")})
        happened.sent("orders", 0, 0, order("ada", "12:00:10"))
        return [m.kind + str(m.row.get("orders", "")) for m in happened.moments]

    assert watched(0, 1, parallel=False) == watched(1, 0, parallel=False) == ["sent", "watermark", "output0", "output1"]
    assert watched(0, 1, parallel=True) == ["sent", "watermark", "output1", "output0"], "by content: ada before bob"


def test_a_watermark_that_stands_still_is_told_once() -> None:
    happened = Timeline()
    for at in ("12:00:10", "12:00:20", "12:00:20"):
        happened.watermark(ms(at), {"orders-0": ms(at)})
        happened.step()
    assert [m.at for m in happened.moments] == [ms("12:00:10"), ms("12:00:20")]
    assert story(happened) == ["watermark  12:00:20"], "of several in a row, the last"


def test_a_long_story_is_cut_in_the_middle_and_narrow() -> None:
    happened = Timeline()
    for n in range(40):
        happened.output("totals", 0, n, {"customer_id": f"c{n}", "text": "x" * 200})
    lines = story(happened, limit=6)
    assert len(lines) == 7
    assert lines[3] == "  ... 34 more ..."
    assert lines[0].startswith("output     customer_id c0") and lines[-1].startswith("output     customer_id c39")
    assert all(len(line) <= 86 for line in lines)


def test_a_day_of_its_own_is_not_named_in_every_line() -> None:
    happened = Timeline()
    happened.sent("orders", 0, 0, order("ada", "12:00:10") | {"timestamp": ms("12:00:10", day=3)})
    assert story(happened) == ["sent       12:00:10  ada 9.50 PAID"]


def test_acts_divide_a_timeline() -> None:
    happened = Timeline()
    happened.note("checkpoint", "before")
    happened.act("the kill")
    happened.note("kill", "killed")
    happened.act("afterwards")
    happened.note("restored", "from checkpoint 3")
    assert story(happened) == ["checkpoint before"]
    assert story(happened, act="the kill") == ["kill       killed"]
    assert story(happened, act=happened.latest_act()) == ["restored   from checkpoint 3"]


# --- the unruly day


def test_a_failing_stream_is_shortened_to_what_it_needs() -> None:
    asked = []

    def fails(items: list[int]) -> bool:
        asked.append(items)
        return {12, 20, 40} <= set(items)

    assert shorter(list(range(60)), fails) == [12, 20, 40]
    assert len(asked) < 40, "each is played on a real stream"


def test_what_cannot_be_shortened_stays() -> None:
    assert shorter([1, 2, 3], lambda items: False) == [1, 2, 3]


@pytest.mark.parametrize("seed", range(5))
def test_no_event_of_an_unruly_day_is_later_than_promised_or_at_an_edge(seed: int) -> None:
    shop = Shop(seed)
    for events in unruly(shop.order, shop.random, first=60, windows=5, window_ms=60_000, late_ms=4_900).values():
        newest = 0
        for event in events:
            assert newest - event["timestamp"] <= 4_900
            assert 1_000 <= event["timestamp"] % 60_000 <= 59_000
            newest = max(newest, event["timestamp"])


# --- checks


def test_a_check_is_its_docstring() -> None:
    @check
    def is_right(run: Any) -> None:
        """It is right

        and this is for whoever reads the code.
        """

    @check(after=is_right)
    def is_more(run: Any) -> None:
        """More"""

    assert (is_right.name, is_right.line, is_right.after, is_more.after) == ("is_right", "It is right", None, is_right)
    with pytest.raises(ValueError, match="nameless needs a docstring"):

        @check
        def nameless(run: Any) -> None:
            pass


def test_a_failure_carries_its_evidence() -> None:
    expect(1, 1)
    with pytest.raises(Failure) as caught:
        expect(Decimal("1.50"), 2, because=["seen"], hint="look")
    assert (caught.value.expected, caught.value.actual, caught.value.because, caught.value.hint) == ("1.50", "2", ["seen"], "look")


# --- judging


def make(name: str, *, after: Check | None = None, fails: bool = False) -> Check:
    def judge(_: Any) -> None:
        if fails:
            raise Failure(expected="a", actual="b", hint="h")

    return Check(name, name, judge, after)


def judged(checks: list[Check], *, proved: list[Check] | None = None, ended: Stuck | Decided | None = None) -> str:
    """Outcomes by initial: p(assed), f(ailed), n(ot reached)."""
    stage: Any = SimpleNamespace(proved=proved or [], jobs=[], timeline_=Timeline())
    return "".join(result.outcome[0] for result in judge(checks, stage, ended))


def test_without_a_barrier_that_stuck_every_check_is_judged() -> None:
    a = make("a")
    b = make("b", after=a, fails=True)
    c, d = make("c", after=b), make("d", after=a)
    assert judged([a, b, c, d]) == "pfnp"


def test_what_follows_from_a_check_that_was_not_reached_is_not_reached() -> None:
    a = make("a", fails=True)
    b = make("b", after=a)
    c = make("c", after=b)
    assert judged([a, b, c]) == "fnn"


def test_a_barrier_that_stuck_fails_its_check_and_leaves_the_rest() -> None:
    a, b, c = make("a"), make("b"), make("c")
    stuck = Stuck("a row", ["nothing came", "why"], "look", b)
    assert judged([a, b, c], proved=[a], ended=stuck) == "pfn"
    result = judge([a, b, c], SimpleNamespace(proved=[a], jobs=[], timeline_=Timeline()), stuck)[1]  # type: ignore[arg-type]
    assert (result.expected, result.actual, result.evidence, result.hint) == ("a row", "nothing came", ["why"], "look")


def test_what_a_check_says_in_the_middle_is_its_last_word() -> None:
    """It may look different later, when more was seen; what waits for it has nothing to look at."""
    a, c = make("a"), make("c", fails=True)
    b = make("b", after=a)
    decided = Decided(b, Failure(expected="a", actual="b", hint="h"))
    assert judged([a, b, c], ended=decided) == "pfn"
    stage: Any = SimpleNamespace(proved=[])
    assert judge([a, b], stage, decided)[1].hint == "h"


def test_a_check_is_decided_by_the_first_that_fails_of_those_it_waits_for() -> None:
    stage: Any = SimpleNamespace()
    a = make("a")
    b = make("b", after=a, fails=True)
    c = make("c", after=b, fails=True)
    decided = c.decided(stage)
    assert decided is not None and decided.check is b
    assert a.decided(stage) is None


def test_a_barrier_that_proves_nothing_blames_the_first_check_that_is_not_proved() -> None:
    a, b, c = make("a"), make("b"), make("c")
    assert judged([a, b, c], proved=[a], ended=Stuck("x", [], "", None)) == "pfn"
    assert judged([a], proved=[a], ended=Stuck("x", [], "", None)) == "f"


def test_a_proved_check_is_still_judged_when_a_later_barrier_stuck() -> None:
    a, b = make("a", fails=True), make("b")
    assert judged([a, b], proved=[a], ended=Stuck("x", [], "", b)) == "ff"


# --- causes


def test_the_innermost_cause_is_the_root() -> None:
    trace = "A: outer\n\tat x.y(Z.java:1)\nCaused by: B: middle\n\t... 3 more\nCaused by: C: inner\n\tat q.r(S.java:2)\n"
    assert root_cause(trace) == "C: inner"
    assert root_cause("A: alone\n\tat x.y(Z.java:1)\n") == "A: alone"
    assert root_cause("") == "no exception is recorded"
    assert len(root_cause("x" * 1000)) == 400
    python = 'A: outer\n\tat x.y(Z.java:1)\nCaused by: B: instruction 1: Traceback (most recent call last):\n  File "f.py", line 3, in f\n'
    assert root_cause(python + "    1 / 0\nZeroDivisionError: division by zero\n\n\t... 7 more\n") == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("entry", traps.known(), ids=lambda entry: entry.id)
def test_a_trap_explains_and_names_its_lesson(entry: traps.Entry) -> None:
    assert entry.means.endswith((".", ")")) and entry.attempt and entry.lesson


def test_no_trap_in_what_is_fine() -> None:
    assert traps.recognise("") is None
    assert traps.recognise("Job has been submitted with JobID 0f3a") is None


def test_a_trap_quotes_at_most_a_line() -> None:
    found = traps.recognise('Encountered "timestamp ' + "x" * 500 + '" at line 4')
    assert found is not None and len(found.said) == 160


def test_the_traps_file_is_read_from_beside_the_code() -> None:
    assert Path(traps.__file__).with_suffix(".toml").exists()
