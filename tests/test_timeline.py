"""The page with pictures of what happened, and the command that writes it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from driving import Cli

from streamlings.outcome import CheckResult, Result
from streamlings.report import timeline as report
from streamlings.shop import ms
from streamlings.stage.timeline import Timeline

RESULT = Result("event_time/watermark", "failed", 7, "native", 1.2, [CheckResult("a", "A line", "failed", "x < y", "y & z")])


def order(customer: str, at: str) -> dict[str, Any]:
    return {"order_id": "o-1", "customer_id": customer, "amount": Decimal("9.50"), "timestamp": ms(at), "status": "PAID"}


def happened() -> Timeline:
    """Two partitions, a window that closes, an order behind the watermark, a kill and a restore in a part of its own."""
    seen = Timeline()
    seen.window_ms = 60_000
    seen.sent("orders", 0, 0, order("ada", "12:00:10"))
    seen.sent("orders", 1, 0, order("<script>alert(1)</script>", "12:01:04"))
    seen.watermark(ms("12:01"), {"orders-0": ms("12:01"), "orders-1": ms("12:01:04"), "Window": ms("12:01")})
    seen.output("totals", 0, 0, {"customer_id": "ada", "orders": 1})
    seen.step()
    seen.sent("orders", 0, 1, order("ada", "12:00:12"))
    seen.act("the kill")
    seen.note("kill", "the TaskManager was killed")
    seen.note("restored", "from checkpoint 3")
    return seen


@pytest.fixture
def page(tmp_path: Path) -> str:
    report.write(happened(), RESULT, tmp_path / "page.html")
    return (tmp_path / "page.html").read_text()


def pictures(page: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.S)]


def test_each_part_has_a_picture_with_a_name_and_a_description(page: str) -> None:
    drawn = pictures(page)
    assert [svg.findtext("title") for svg in drawn] == ["the beginning", "the kill"]
    assert (drawn[0].findtext("desc") or "").startswith(
        "3 events were sent, 1 of them behind the watermark; 1 rows came out; the watermark passed the end of 1 windows"
    )
    for svg in drawn:
        named = (svg.get("aria-labelledby") or "").split()
        assert [each.get("id") for each in (svg[0], svg[1])] == named and svg.get("role") == "img"


def test_a_picture_has_what_was_observed(page: str) -> None:
    first, second = pictures(page)
    kinds = [e.get("class") for e in first.iter() if e.get("class")]
    assert (kinds.count("event"), kinds.count("event late"), kinds.count("row")) == (2, 1, 1)
    assert (kinds.count("window"), kinds.count("window open")) == (1, 1), "12:00 was over, 12:01 is open"
    assert kinds.count("watermark") == 1 and kinds.count("watermark partition") == 2
    assert [e.get("class") for e in second.iter() if e.tag == "line"] == ["kill", "restored"]


def test_the_table_says_the_same(page: str) -> None:
    rows = re.findall(r"<tr><td>\d+<td>(\w+)<td>(.*?)<td>(.*?)<td>(.*?)</tr>", page)
    assert [kind for kind, *_ in rows] == ["sent", "sent", "watermark", "closed", "output", "sent", "kill", "restored"]
    assert rows[0][1:3] == ("12:00:10", "orders-0, offset 0")
    assert "orders-1 12:01:04" in rows[2][2]
    assert rows[5][3].endswith("the watermark had passed it")


def test_what_a_program_wrote_is_text_and_nothing_is_fetched(page: str) -> None:
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"(src|href)=|url\(|https?:", page)


def test_a_time_far_away_stands_at_the_edge(tmp_path: Path) -> None:
    seen = Timeline()
    seen.sent("orders", 0, 0, order("ada", "12:00:10"))
    seen.watermark(ms("12:00", day=2000), {"Window": ms("12:00", day=2000)})
    report.write(seen, RESULT, tmp_path / "page.html")
    (svg,) = pictures((tmp_path / "page.html").read_text())
    height = float((svg.get("viewBox") or "").split()[3])
    stairs = [e.get("points") or "" for e in svg.iter() if e.tag == "polyline"]
    assert stairs and all(0 <= float(point.split(",")[1]) <= height for stair in stairs for point in stair.split())


def test_the_command_prints_it_or_writes_it(cli: Cli, course: Path, tmp_path: Path) -> None:
    done = cli("check", "note", "--timeline", "-")
    assert "the beginning" in done.out
    file = tmp_path / "what happened.html"
    assert f"is drawn in {file}" in cli("check", "note", "--timeline", str(file)).err
    assert "<svg" in file.read_text()


def test_a_folder_that_is_not_there_is_noticed_before_the_check(cli: Cli, course: Path, tmp_path: Path) -> None:
    done = cli("check", "note", "--timeline", str(tmp_path / "nowhere" / "a.html"))
    assert done.code == 2
    assert "cannot be written" in done.err and "hint: its folder does not exist" in done.err
