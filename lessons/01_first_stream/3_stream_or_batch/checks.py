"""Ten cases, four designs. What the program decides is computed again here, column by column; no stopwatch, no server."""

import json
from collections.abc import Callable
from itertools import pairwise

from streamlings.checks import Failure, check
from streamlings.stage.stage import Stage

DAY, MONTH = 86_400, 30 * 86_400
COLUMNS = ("design", "every_s", "start_s", "events_per_s", "always_on", "euros_per_hour", "upkeep_euros")
DESIGNS = [
    dict(zip(COLUMNS, design, strict=True))
    for design in [
        ("nightly", DAY, 300, 20_000, False, 0.5, 20),
        ("hourly", 3_600, 120, 20_000, False, 0.5, 60),
        ("micro-batch", 60, 5, 10_000, True, 0.5, 150),
        ("stream", 0, 1, 25_000, True, 0.6, 600),
    ]
]
CASES = {  # how fresh (s), how many events a second, what a late one loses (euros): from, to
    "payments: stop a stolen card": (2, 6, 20, 60, 1e-3, 1e-2),
    "warehouse: pack what has been paid for": (5, 150, 20, 60, 1e-5, 1e-4),
    "shop window: recommend what fits this visit": (10, 40, 500, 2_000, 1e-7, 1e-5),
    "hall: a live dashboard of sales": (5, 300, 100, 12_000, 1e-9, 1e-6),
    "cold store: sensors, an alarm when it warms up": (125, 600, 7_000, 12_000, 1e-7, 1e-6),
    "search: is it in stock?": (3_600, 3_600, 100, 500, 1e-7, 1e-4),
    "sales: figures by the same time tomorrow": (DAY, DAY, 50, 300, 1e-7, 1e-4),
    "experiments: which page sells more?": (54_000, 82_000, 500, 2_000, 1e-9, 1e-6),
    "board: the monthly report": (3 * DAY, 10 * DAY, 50, 300, 1e-6, 1e-5),
    "archive: all orders of seven years": (2 * DAY, 20 * DAY, 50, 300, 1e-8, 1e-6),
}


def scenario(stage: Stage) -> None:
    """Ten cases are drawn, in any sequence; the program decides."""
    cases: list[dict] = []
    while not tells(cases):
        cases = [draw(stage.shop.random, name) for name in CASES]
    stage.shop.random.shuffle(cases)
    stage.facts.cases = {case["case"]: case for case in cases}
    (stage.folder_of("in") / "cases.json").write_text(json.dumps({"cases": cases, "designs": DESIGNS}, indent=1))
    stage.until_finished(proves=every_case_is_decided)


def tells(cases: list[dict]) -> bool:
    """Whether no short cut gives the right answers: to forget that a design has to keep up, to go by the name (the first five sound like
    real time), to take all events for late where some are."""
    forgotten = [
        c for c in cases if min((d for d in DESIGNS if age(d, c) <= c["freshness_s"]), key=lambda d: euros(d, c)) not in possible(c)
    ]
    misnamed = [c for c in cases if c["case"] in list(CASES)[:5] and len(in_time(c)) > 1]
    partly = [c for c in cases if cheapest(c, with_losses) not in in_time(c) and cheapest(c, with_all_lost) in in_time(c)]
    return bool(forgotten and misnamed and partly)


def draw(random: object, name: str) -> dict:
    """A case in which nothing is a near thing: sums that are compared differ by 5 %, ages by 1 s."""
    fresh, freshest, few, many, loss, losses = CASES[name]
    while True:
        late = round(loss * (losses / loss) ** random.random(), 10)
        case = {"case": name, "events_per_s": random.randint(few, many), "freshness_s": random.randint(fresh, freshest), "late_euros": late}
        sums = [sorted(euros(d, case) for d in in_time(case)), sorted(with_losses(d, case) for d in possible(case))]
        if all(b > 1.05 * a for two in sums for a, b in pairwise(two[:2])) and all(
            abs(age(d, case) - case["freshness_s"]) > 1 for d in DESIGNS
        ):
            return case


def run_s(design: dict, case: dict) -> float:
    """How long a run lasts: until its first event, and for one interval's events."""
    return design["start_s"] + design["every_s"] * case["events_per_s"] / design["events_per_s"]


def age(design: dict, case: dict) -> float:
    """The oracle of freshness_s: an event that has just missed a run waits for the next one, and for its end."""
    return design["every_s"] + run_s(design, case)


def possible(case: dict) -> list[dict]:
    """The designs that keep up."""
    return [d for d in DESIGNS if (run_s(d, case) <= d["every_s"] if d["every_s"] else case["events_per_s"] <= d["events_per_s"])]


def in_time(case: dict) -> list[dict]:
    """Those of them that are fresh enough in the worst case."""
    return [d for d in possible(case) if age(d, case) <= case["freshness_s"]]


def euros(design: dict, case: dict) -> float:
    """The oracle of euros: machines and people, a month."""
    hours = MONTH / 3_600 if design["always_on"] else MONTH / design["every_s"] * run_s(design, case) / 3_600
    return hours * design["euros_per_hour"] + design["upkeep_euros"]


def losses(design: dict, case: dict) -> float:
    """What late answers lose a month. Of one interval's events, the first are late: those that wait longest."""
    over = max(0.0, age(design, case) - case["freshness_s"])
    share = min(1.0, over / design["every_s"]) if design["every_s"] else float(over > 0)
    return MONTH * case["events_per_s"] * share * case["late_euros"]


def with_losses(design: dict, case: dict) -> float:
    return euros(design, case) + losses(design, case)


def with_all_lost(design: dict, case: dict) -> float:
    """What a design would cost if it were late for all events as soon as it is late for one."""
    return euros(design, case) + (design not in in_time(case)) * MONTH * case["events_per_s"] * case["late_euros"]


def cheapest(case: dict, cost: Callable[[dict, dict], float]) -> dict:
    """The design that keeps up and costs least, by that reckoning."""
    return min(possible(case), key=lambda design: cost(design, case))


def same(a: float, b: float) -> bool:
    """To the second digit, or a millionth."""
    return abs(a - b) <= max(0.011, 1e-6 * abs(b))


def decisions(run: Stage) -> list[tuple[dict, dict, dict]]:
    """Each case, what was decided, and the design that was chosen, in the sequence of the file."""
    by_name = {design["design"]: design for design in DESIGNS}
    return [(run.facts.cases[d["case"]], d, by_name[d["design"]]) for d in written(run)]


def written(run: Stage) -> list[dict]:
    """What lies in the file. Raises Failure where that is no list of objects."""
    content = run.file("out", "decisions.json")
    if content is None:
        raise Failure(expected="a file out/decisions.json", actual="no such file", hint="the starter wrote one: what became of that?")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as e:
        raise Failure(expected="JSON in out/decisions.json", actual=f"{type(e).__name__}: {e}") from e
    if not isinstance(found, list) or not all(isinstance(d, dict) for d in found):
        raise Failure(expected="a list of objects", actual=str(found)[:100])
    return found


@check
def every_case_is_decided(run: Stage) -> None:
    """Every case has one decision, with all its columns"""
    found = written(run)
    names = [str(d.get("case")) for d in found]
    if sorted(names) != sorted(run.facts.cases):
        missing = "; ".join(name for name in run.facts.cases if name not in names)
        raise Failure(expected="the ten cases, each once", actual=f"{len(names)} decisions" + (f", none for {missing}" if missing else ""))
    for d in found:
        are_right = {
            f"one of {', '.join(one['design'] for one in DESIGNS)}": d.get("design") in [one["design"] for one in DESIGNS],
            "a number as freshness_s": is_number(d.get("freshness_s")),
            "a number as euros": is_number(d.get("euros")),
            "true or false as needs_stream": isinstance(d.get("needs_stream"), bool),
            "true or false as worth_it": isinstance(d.get("worth_it"), bool),
        }
        for what, is_right in are_right.items():
            if not is_right:
                raise Failure(expected=f"{d['case']}: {what}", actual=str(d)[:300])


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15


@check(after=every_case_is_decided)
def worst_case_is_known(run: Stage) -> None:
    """How fresh the chosen design is in the worst case"""
    for case, d, design in decisions(run):
        if not same(d["freshness_s"], age(design, case)):
            raise Failure(
                expected=f"{case['case']}, {d['design']}: {said(age(design, case))}",
                actual=said(d["freshness_s"]),
                because=longest_wait(design, case),
                hint=what_was_left_out(d["freshness_s"], design, case),
            )


def longest_wait(design: dict, case: dict) -> list[str]:
    """What becomes of the event that waits longest."""
    every = design["every_s"]
    if not every:
        return [f"an event comes, and is taken in at once; {said(design['start_s'])} later the answer knows of it"]
    return [
        f"{clock(0)}  a run starts; an event comes a moment later, and has missed it",
        f"{clock(every)}  the next run starts, with {every * case['events_per_s']:,} events, and takes {said(run_s(design, case))}",
        f"{clock(age(design, case))}  it ends, and the answer knows of the event",
    ]


def what_was_left_out(found: float, design: dict, case: dict) -> str:
    every, run = design["every_s"], run_s(design, case)
    for value, hint in {
        every: "the event has waited for a run to start. Does the answer know of it by then?",
        run: "that is how long a run takes. How long has the event waited before it?",
        every / 2 + run: "that is how long events wait on average. Which one waits longest?",
        every + design["start_s"]: "a run has started, and takes in its first event. How many are there before it ends?",
    }.items():
        if every and same(found, value):
            return hint
    return "follow one event, from the moment when it comes to the moment when the answer knows of it"


@check(after=worst_case_is_known)
def answers_are_in_time(run: Stage) -> None:
    """The chosen design keeps up, and is fresh enough"""
    for case, d, design in decisions(run):
        if design not in possible(case):
            raise Failure(
                expected=f"{case['case']}: a design that keeps up with {case['events_per_s']:,} events/s",
                actual=f"{d['design']}: a run starts every {said(design['every_s'])} and takes {said(run_s(design, case))}",
                because=table(case),
                hint="what happens when a run has not ended, and the next one should start?",
            )
        if design not in in_time(case):
            raise Failure(
                expected=f"{case['case']}: an answer that knows of events {said(case['freshness_s'])} old",
                actual=f"{d['design']}: in the worst case {said(age(design, case))}",
                because=table(case),
                hint="which designs are left when the event that waits longest has to be in time, too?",
            )


@check(after=answers_are_in_time)
def price_is_known(run: Stage) -> None:
    """What the chosen design costs a month"""
    for case, d, design in decisions(run):
        price, people, runs = euros(design, case), design["upkeep_euros"], MONTH // (design["every_s"] or MONTH)
        if not same(d["euros"], price):
            hint = "for how many hours of a month is its machine paid, and who else is?"
            if same(d["euros"], price - people):
                hint = "that is the machine. Who looks after it, and what do they cost?"
            elif design["always_on"] and d["euros"] < price:
                hint = "its machine is always on: is it paid only while it has something to do?"
            paid = "all the time" if design["always_on"] else f"for {runs} runs of {said(run_s(design, case))}"
            raise Failure(
                expected=f"{case['case']}, {d['design']}: {price:,.2f} euros a month",
                actual=f"{d['euros']:,.2f}",
                because=[f"machine  {price - people:>9,.2f}   paid {paid}", f"people   {people:>9,.2f}"],
                hint=hint,
            )


@check(after=price_is_known)
def cheapest_is_chosen(run: Stage) -> None:
    """Of the designs that are in time, the cheapest is chosen"""
    for case, d, design in decisions(run):
        best = min(in_time(case), key=lambda one: euros(one, case))
        if design is not best:
            raise Failure(
                expected=f"{case['case']}: {best['design']}, {euros(best, case):,.2f} euros a month",
                actual=f"{d['design']}, {euros(design, case):,.2f} euros a month",
                because=table(case),
                hint=f"{said(case['freshness_s'])} is fresh enough here. What is bought with the rest of the money?",
            )
    own = sum(euros(design, case) for case, _, design in decisions(run))
    streams = sum(euros(DESIGNS[-1], case) for case in run.facts.cases.values())
    run.measure(f"your ten designs cost {own:,.0f} euros a month; ten streams would cost {streams:,.0f}")


def table(case: dict) -> list[str]:
    """What each design is for a case, a line each."""
    lines = []
    for one in DESIGNS:
        fit = (
            "in time"
            if in_time(case).count(one)
            else f"late: loses {losses(one, case):,.2f}"
            if one in possible(case)
            else "does not keep up"
        )
        lines.append(f"{one['design']:<12} {said(age(one, case)):>20}   {euros(one, case):>9,.2f} euros a month   {fit}")
    return lines


@check(after=cheapest_is_chosen)
def streams_are_named(run: Stage) -> None:
    """A stream is needed exactly where nothing else is in time"""
    for case, d, _ in decisions(run):
        needed = [one["design"] for one in in_time(case)] == ["stream"]
        if d["needs_stream"] != needed:
            raise Failure(
                expected=f"{case['case']}: needs_stream is {word(needed)}",
                actual=word(d["needs_stream"]),
                because=table(case),
                hint="a word such as live, sensor or report decides nothing: which designs are in time?",
            )


@check(after=cheapest_is_chosen)
def worth_is_computed(run: Stage) -> None:
    """Being in time is worth it exactly where being late would cost more"""
    for case, d, design in decisions(run):
        best = cheapest(case, with_losses)
        if d["worth_it"] != (design is best):
            hint = "add to each design what its late answers lose: is the one that is in time still the cheapest?"
            if all(one["worth_it"] == (its is cheapest(of, with_all_lost)) for of, one, its in decisions(run)):
                hint = "a design that is late is not late for all events: which ones of an interval still are in time?"
            raise Failure(
                expected=f"{case['case']}: worth_it is {word(design is best)}",
                actual=word(d["worth_it"]),
                because=[
                    *table(case),
                    *(f"{one['design']:<12} {with_losses(one, case):>12,.2f} with its losses" for one in (best, design)),
                ],
                hint=hint,
            )


def word(truth: bool) -> str:
    return "true" if truth else "false"


def said(seconds: float) -> str:
    """For people: seconds, from ten minutes on in hours, too."""
    if seconds < 600:
        return f"{seconds:,.2f}".removesuffix(".00") + " s"
    return f"{seconds:,.0f} s ({seconds / 3_600:.1f} h)" if seconds < 2 * DAY else f"{seconds:,.0f} s ({seconds / DAY:.1f} days)"


def clock(seconds: float) -> str:
    return f"{int(seconds) // 3_600:02}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"
