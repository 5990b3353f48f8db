"""The explorer's rules say what Flink did: every recorded scenario, played by the page's own module in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from explorer_scenarios import everything
from playwright.sync_api import Page

from streamlings.paths import ROOT

RECORDED = Path(__file__).parent / "recorded"
JOBS = ("sql", "datastream")
NAMES = sorted(path.stem for path in RECORDED.glob("*.json"))

PLAY = """async (scenario) => {
    const [{ play }, { fromList, toStream, NOON }] = await Promise.all(
        ["engine", "scenario"].map((name) => import(`/assets/explorer/${name}.js`)));
    const after = (ms) => (ms === null ? null : ms - NOON);
    return play(toStream(fromList(scenario))).map((step) => ({
        event: step.event?.id ?? null,
        partitions: step.partitions.map((p) => after(p.watermark)),
        watermark: after(step.watermark),
        fired: step.fired.map((row) => ({ customer: row.key, start: after(row.start), end: after(row.end), ids: row.ids.sort() })),
        late: step.dropped ? [step.event.id] : [],
    }));
}"""


def order(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["end"], row["start"], row["customer"], len(row["ids"])


def observations(steps: list[dict[str, Any]], recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What would have been recorded if Flink had done what the explorer says, at the same moments."""
    ends = {step["event"]: n for n, step in enumerate(steps) if step["event"]}
    found, begin = [], 0
    for observed in recorded:
        if "after" in observed:
            end = ends[observed["after"]]
        else:  # what has become idle before the next event
            end = next((n for n in range(ends[observed["later"]] + 1, len(steps)) if steps[n]["event"]), len(steps)) - 1
        seen, begin = steps[begin : end + 1], end + 1
        late = sorted(event for step in seen for event in step["late"])
        found.append(
            {key: observed[key] for key in ("after", "later") if key in observed}
            | {"partitions": steps[end]["partitions"], "watermark": steps[end]["watermark"]}
            | {"fired": sorted((row for step in seen for row in step["fired"]), key=order), "late": len(late)}
            | ({"late_ids": late} if "late_ids" in observed else {})
        )
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_explorer_says_what_flink_did(blank: Page, name: str) -> None:
    recording = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    steps = blank.evaluate(PLAY, recording["scenario"] | {"events": recording["events"]})
    for job in JOBS:
        if job in recording:
            assert observations(steps, recording[job]) == recording[job], job


def test_every_scenario_is_recorded_as_it_is_now() -> None:
    recordings = {name: json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES}
    assert {name: r["scenario"] | {"events": r["events"]} for name, r in recordings.items()} == everything()


def test_the_recordings_hold_what_they_are_for() -> None:
    """Each kind of windows, by both of Flink's ways, with late events, corrections and idle partitions."""
    recordings = [json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES]
    kinds = {(r["scenario"]["settings"]["kind"], job) for r in recordings for job in JOBS if job in r}
    both = {(kind, job) for kind in ("tumbling", "hopping", "session") for job in JOBS}
    assert kinds == both | {("cumulating", "sql")}
    assert all(sum(o["late"] for r in recordings for o in r.get(job, [])) > 5 for job in JOBS)
    assert sum("later" in o and o["fired"] != [] for r in recordings for job in JOBS for o in r.get(job, [])) > 0


def test_a_stream_comes_back_from_its_address(blank: Page) -> None:
    """Seeded streams of every kind, with times to the millisecond."""
    given = [*everything().values()]
    back = blank.evaluate(
        """async (given) => {
            const { fromList, fromHash, toHash } = await import("/assets/explorer/scenario.js");
            return given.map(fromList).map((one) => [one, fromHash(toHash(one, []), [])]);
        }""",
        given,
    )
    for one, other in back:
        assert [{k: v for k, v in e.items() if k != "id"} for e in other["events"]] == [
            {k: v for k, v in e.items() if k != "id"} for e in one["events"]
        ]
        assert other["partitions"] == one["partitions"]
        assert other["settings"]["kind"] == one["settings"]["kind"]


EVENTS = "&events=ada-0-1-2"
BAD = {
    "scenario=nonsense": 'there is no scenario "nonsense"',
    "kind=rolling" + EVENTS: 'there is no window kind "rolling"',
    "kind=hopping&size=30&slide=7" + EVENTS: "the size (30 s) must be a whole multiple of the slide (7 s)",
    "kind=hopping&size=600&slide=1" + EVENTS: "an event may belong to 60 windows at most",
    "kind=cumulating&lateness=3" + EVENTS: "cumulating windows have no allowed lateness",
    "size=0" + EVENTS: "size must be a whole number of seconds from 1 to 600",
    "size=1e2" + EVENTS: "size must be a whole number of seconds",
    "delay=2.5" + EVENTS: "delay must be a whole number of seconds",
    "delay=-1" + EVENTS: "delay must be a whole number of seconds",
    "partitions=9" + EVENTS: "partitions must be 1 to 3",
    "kind=tumbling": "a stream has 1 to 40 events",
    "events=" + "_".join(["ada-0-1-2"] * 41): "a stream has 1 to 40 events",
    "events=ada-0-1": "event 1 is not customer-partition-time-arrival: ada-0-1",
    "events=mallory-0-1-2": "event 1 is of nobody we know",
    "events=ada-0-1-2_ada-1-1-2": "event 2 is on a partition that does not exist",
    "events=ada-0-1-999": "the arrival of event 1 must be within 600 s after 12:00:00",
    "events=ada-0-x-2": "the event time of event 1 must be within 600 s",
    "events=ada-0-1.0005-2": "the event time of event 1 has more than three decimals",
    "colour=red" + EVENTS: 'there is no setting "colour"',
    "=" + EVENTS: 'there is no setting ""',
}


def test_a_bad_address_is_refused_in_one_sentence(blank: Page) -> None:
    said = blank.evaluate(
        """async (bad) => {
            const { fromHash } = await import("/assets/explorer/scenario.js");
            return bad.map((hash) => {
                try { return fromHash("#" + hash, []) && "taken"; }
                catch (error) { return `${error.name}: ${error.message}`; }
            });
        }""",
        list(BAD),
    )
    assert [(hash, words) for (hash, says), words in zip(BAD.items(), said, strict=True) if f"RangeError: {says}" not in words] == []


def test_the_library_is_the_version_that_is_named() -> None:
    vendor = ROOT / "site" / "assets" / "explorer" / "vendor"
    named = (vendor / "VERSIONS.txt").read_text(encoding="utf-8").split()[1].rstrip(",")
    assert f'litHtmlVersions??=[]).push("{named}")' in (vendor / "lit-html" / "lit-html.js").read_text(encoding="utf-8")
