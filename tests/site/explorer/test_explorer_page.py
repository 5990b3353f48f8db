"""The explorer's page in a real Chromium: it says what Flink did, is played step by step, and follows its settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from explorer_reader import Reader
from explorer_scenarios import PAGE
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

RECORDED = Path(__file__).parent / "recorded"
SCENARIOS = {scenario["name"]: scenario for scenario in json.loads(PAGE.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_shows_what_flink_did(reader: Reader, name: str) -> None:
    """Chosen from the list; numbers and rows are those of the recording."""
    reader.open().page.get_by_label("Scenario").select_option(name)
    expect(reader.page.locator(".chooser .text")).to_have_text(SCENARIOS[name]["text"])
    recording = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    observed = recording.get("datastream") or recording["sql"]
    assert int(reader.tile("dropped")) == sum(each["late"] for each in observed)
    assert reader.page.locator(".results tbody tr").count() == sum(len(each["fired"]) for each in observed)
    assert reader.page.url.endswith(f"#scenario={name}")


def test_the_log_says_each_step_in_words(reader: Reader) -> None:
    reader.open("#scenario=late")
    for _ in range(3):
        reader.button("Back").click()
    assert reader.newest() == "12:00:57 bob on partition 0, placed 12:00:33: watermark stays at 12:00:47"
    reader.button("Step").click()
    says = "12:01:08 ada on partition 0, placed 12:01:07: watermark 12:01:02; window 12:00:30–12:01:00 fires: ada 1, bob 3"
    assert reader.newest() == says
    expect(reader.said()).to_have_text(says)
    reader.button("Step").click()
    assert "dropped as late: 12:00:30–12:01:00 is closed" in reader.newest()


def test_play_step_back_and_reset(reader: Reader) -> None:
    reader.page.clock.install()
    reader.open("#scenario=late")
    count = reader.page.locator(".count")
    expect(count).to_have_text("11 / 11")
    reader.button("Play").click()
    expect(count).to_have_text("0 / 11")
    reader.page.clock.run_for(3400)
    expect(count).to_have_text("3 / 11")
    reader.button("Pause").click()
    reader.page.clock.run_for(5000)
    expect(count).to_have_text("3 / 11")
    reader.button("Back").click()
    reader.button("Step").click()
    reader.button("Step").click()
    expect(count).to_have_text("4 / 11")
    assert reader.page.locator(".results tbody tr").count() == 2
    reader.button("Play").click()
    reader.page.clock.run_for(20_000)
    expect(count).to_have_text("11 / 11")
    reader.button("Reset").click()
    expect(count).to_have_text("0 / 11")
    expect(reader.page.locator(".results .none")).to_be_visible()


def test_settings_decide(reader: Reader) -> None:
    """A delay of 25 s loses nothing; fields move an order as well; what is not possible is said, and nothing changes."""
    reader.open("#scenario=late")
    reader.slide("delay", 25)
    assert reader.tile("dropped") == "0"
    reader.page.get_by_text("hopping", exact=True).click()
    reader.slide("slide", 8)
    expect(reader.page.locator(".slider", has_text="size").locator("output")).to_have_text("32 s")
    reader.page.get_by_text("cumulating", exact=True).click()
    expect(reader.page.locator('input[name="lateness"]')).to_have_count(0)
    reader.page.get_by_text("session", exact=True).click()
    reader.slide("gap", 60)
    assert reader.page.locator(".window").count() == 2, "one session for each customer"
    arrives = reader.page.get_by_label("arrives", exact=True)
    arrives.fill("12:00:09.5")
    arrives.press("Enter")
    assert "ada-0-6-9.5" in reader.page.url
    arrives.fill("noon")
    arrives.press("Enter")
    expect(reader.said()).to_have_text("Not possible: the arrival of event 1 must be within 600 s after 12:00:00.")
    expect(arrives).to_have_value("12:00:09.500")
    before = reader.orders().count()
    reader.button("Add an order").click()
    expect(reader.orders()).to_have_count(before + 1)
    reader.button("Remove it").click()
    expect(reader.orders()).to_have_count(before)
