"""Visits: a customer's clicks with pauses of at most 30 minutes between them. Judged by where they begin and end, and what is in them."""

from collections.abc import Callable, Iterator
from functools import partial

from streamlings.checks import Failure, check
from streamlings.shop import Shop, clock, ms
from streamlings.stage.days import Days, fold
from streamlings.stage.stage import Stage

SECOND, MINUTE = 1_000, 60_000
GAP = 30 * MINUTE
LATE_MS = 60 * SECOND
PAGES = ("home", "search", "product", "basket", "checkout")
LATE_CLICK = "a late click between two others"
Visits = dict[tuple[str, str, str], int]
"""By customer, first click and last click: how many clicks."""


def scenario(stage: Stage) -> None:
    """Two customers whose visits overlap; a visit in two halves and a late click between them; a day on which clicks come in any order."""
    stage.shop.order = click = partial(a_click, stage.shop)  # what the stage sends to let time pass is a click, too
    clicks, visits = stage.topic("clicks"), stage.topic("visits")
    ada, bob, cleo = stage.facts.customers = stage.shop.customers(3)

    sent = [click(ada, "12:00:10"), click(bob, "12:20:00"), click(ada, "12:25:00"), click(ada, "12:26:10"), click(bob, "12:38:30")]
    sent += [click(ada, "12:50:00"), click(ada, "13:14:00"), click(bob, "13:41:00"), click(ada, "13:49:00"), click(ada, "14:02:20")]
    clicks.send(*sent)
    clicks.tick("14:04:00")
    hint = f"when {bob} has not clicked for 30 minutes, the visit is over. If it stays open, whose clicks keep it open?"
    visits.until(customer_id=bob, proves=visits_come_when_they_are_over, hint=hint)
    clicks.tick("14:40:00")
    stage.until_watermark("14:39:00")
    stage.facts.clicks = sent

    stage.act(LATE_CLICK)
    stage.facts.joined = [click(cleo, "15:00:00"), click(cleo, "15:30:40"), click(cleo, "15:29:50")]
    clicks.send(*stage.facts.joined[:2])
    clicks.tick("15:30:40")
    stage.until_watermark("15:29:40")
    clicks.send(stage.facts.joined[2])
    clicks.tick("16:10:00")
    stage.until_watermark("16:09:00")

    say = "{0} clicks".format
    days = stage.facts.days = Days(stage, "clicks", "visits", oracle=visits_of, found=visits_in, say=say, bound_ms=LATE_MS)
    days.play(unruly_visits(stage.shop), proves=unruly_day_adds_up)


def a_click(shop: Shop, customer: str, at: str | int, *, day: int = 0) -> dict:
    """A click as it goes over the wire."""
    return {"customer_id": customer, "page": shop.random.choice(PAGES), "timestamp": at if isinstance(at, int) else ms(at, day=day)}


def unruly_visits(shop: Shop) -> dict[str, list[dict]]:
    """Pauses of all lengths but those within 10 s of half an hour; clicks that come up to 58 s late."""
    click, random = partial(a_click, shop), shop.random
    late = LATE_MS - 2 * SECOND

    def busy(name: str) -> list[dict]:
        at, made = ms("00:30"), []
        for _ in range(12):
            made.append(click(name, at))
            short, nearly = random.randrange(1, 25 * 60) * SECOND, GAP - 10 * SECOND
            at += random.choice((short, nearly, GAP + 10 * SECOND, random.randrange(35 * 60, 55 * 60) * SECOND))
        return made

    joined = [
        click(name, ms("12:00") + hours * 60 * MINUTE + offset)
        for hours in (0, 2)
        for offset in (0, GAP + 50 * SECOND, GAP - 8 * SECOND)
        for name in ("ada", "bob")
    ]
    at_once = [click(name, ms(at)) for at in ("17:30", "17:50") for name in ("ada", "bob") for _ in range(random.randint(2, 5))]
    return {
        "shuffled within 58 s": sorted(busy("ada") + busy("bob"), key=lambda event: event["timestamp"] + random.randint(0, late)),
        "late clicks between two others": joined,
        "many at the same millisecond": at_once,
        "a single click": [click("ada", ms("19:00")), click("bob", ms("21:00"))],
    }


def live_events(shop: Shop) -> Iterator[dict]:
    """What `./streamlings run` sends: clicks of three customers, two minutes of the shop's time apart, with a pause now and then."""
    names, at = shop.customers(3), ms("12:00")
    while True:
        yield a_click(shop, shop.random.choice(names), at := at + shop.random.choice((2, 2, 2, 2, 2, 2, 2, 45)) * MINUTE)


def prepare(stage: Stage) -> None:
    """`run` sends to a topic that it calls orders: here that is clicks."""
    stage.topics["orders"] = stage.topic("clicks")


def visits_of(clicks: list[dict], goes_on: Callable[[list[int], int], bool] = lambda visit, at: at <= visit[-1] + GAP) -> Visits:
    """The oracle: visits, each of the clicks with which it `goes_on`, given the times of those before and that of the next one."""
    visits: Visits = {}
    for customer in dict.fromkeys(event["customer_id"] for event in clicks):
        found: list[list[int]] = []
        for at in sorted(event["timestamp"] for event in clicks if event["customer_id"] == customer):
            if found and goes_on(found[-1], at):
                found[-1].append(at)
            else:
                found.append([at])
        visits |= {(customer, seconds(visit[0]), seconds(visit[-1])): len(visit) for visit in found}
    return visits


def seconds(epoch_ms: int) -> str:
    """ "12:00:10": the milliseconds are cut off."""
    return clock(epoch_ms // SECOND * SECOND).rpartition(" ")[2]


def visits_in(rows: list[dict]) -> dict[tuple[str, ...], list[int]]:
    """What was reported, by customer, first and last click."""
    return fold(((row.get("customer_id"), row.get("began"), row.get("last_click")), row.get("clicks")) for row in rows)


def with_pauses_up_to(gap: int) -> Callable[[list[int], int], bool]:
    return lambda visit, at: at <= visit[-1] + gap


OTHER_VISITS = {
    f"a pause of {what} ends a visit here, and a shorter one does not: which pause should it be?": with_pauses_up_to(gap)
    for what, gap in {"30 s": 30 * SECOND, "3 min": 3 * MINUTE, "15 min": 15 * MINUTE, "60 min": 60 * MINUTE}.items()
} | {
    "the 30 minutes are counted from the click with which the visit began: how long may a visit be?": lambda visit, at: (
        at <= visit[0] + GAP
    ),
    "these visits are cut by the clock, at every full and every half hour: who decides when a visit ends?": lambda visit, at: (
        at // GAP == visit[-1] // GAP
    ),
}
"""Other rules by which clicks may be put together, by the hint that names them."""


def hint_for(run: Stage, otherwise: str) -> str:
    """The hint of that other rule whose visits came out; where there is none, `otherwise`."""
    found = visits_in([row for row in run.topic("visits").rows if row.get("customer_id") in run.facts.customers[:2]])
    for hint, goes_on in OTHER_VISITS.items():
        if found == {key: [count] for key, count in visits_of(run.facts.clicks, goes_on).items()}:
            return hint
    return otherwise


def compare(run: Stage, clicks: list[dict], what: str, value: Callable[[tuple[tuple, int]], object], act: str = "", hint: str = "") -> None:
    """Raise Failure for the first customer of whose visits not exactly these values were reported, in any order."""
    wanted, found = visits_of(clicks), visits_in(run.topic("visits").rows)
    for customer in dict.fromkeys(event["customer_id"] for event in clicks):
        right = sorted(str(value(visit)) for visit in wanted.items() if visit[0][0] == customer)
        got = sorted(str(value((key, count))) for key, counts in found.items() if key[0] == customer for count in counts)
        if got != right:
            raise Failure(
                expected=f"{customer}  {what.format(', '.join(right))}",
                actual=f"{customer}  {what.format(', '.join(got)) if got else 'no visit'}",
                because=run.timeline(customer, act=act, limit=14),
                hint=hint_for(run, hint),
            )


@check
def visits_come_when_they_are_over(run: Stage) -> None:
    """A visit is reported when it is over, while the stream is open"""


@check(after=visits_come_when_they_are_over)
def a_pause_ends_a_visit(run: Stage) -> None:
    """A pause of 30 minutes ends a visit, and nothing else does; each visit is one row"""
    what = "visits that began {}"
    compare(run, run.facts.clicks, what, lambda visit: visit[0][1], hint="between which clicks does your query see a pause?")


@check(after=a_pause_ends_a_visit)
def last_click_is_a_click(run: Stage) -> None:
    """last_click is the time of the visit's last click"""
    hint = "a session window ends 30 minutes after the last click; nobody has clicked then. Which time is asked for?"
    compare(run, run.facts.clicks, "last clicks {}", lambda visit: visit[0][2], hint=hint)


@check(after=a_pause_ends_a_visit)
def clicks_are_counted(run: Stage) -> None:
    """It counts the clicks of the visit"""
    compare(run, run.facts.clicks, "{} clicks", lambda visit: f"{visit[0][1]} {visit[1]}", hint="which clicks belong to the visit?")


@check(after=last_click_is_a_click)
def late_click_joins(run: Stage) -> None:
    """A click that comes 50 s late joins what were two visits without it"""
    whole = lambda visit: f"{visit[0][1]} to {visit[0][2]}, {visit[1]} clicks"  # noqa: E731
    hint = "when the late click came, the watermark was before it: what was still open, and what should become of two open visits?"
    compare(run, run.facts.joined, "a visit {}", whole, act=LATE_CLICK, hint=hint)


@check(after=late_click_joins)
def unruly_day_adds_up(run: Stage) -> None:
    """A day on which clicks come in any order within 58 s, over two partitions, adds up"""
    run.facts.days.judge(hint="which of the clicks before and after the pause came late?")
