"""A timeline as lines of text for a verdict: fixed columns, at most 86 characters, a long one cut in the middle."""

from __future__ import annotations

import re

from streamlings.shop import clock, shown, time_of_day
from streamlings.stage.timeline import Moment, Timeline

WIDTH = 86
WRONG_CLOCK_MS = 100 * 86_400_000
"""An event that is so far ahead of all before it does not make those late that come after it: its clock was wrong."""
DAY = re.compile(r"\bday \d+ (?=\d\d:\d\d:\d\d)")


def story(timeline: Timeline, *about: object, window: str = "", act: str = "", limit: int = 16, with_ids: bool = False) -> list[str]:
    """What happened in the part `act` (by default the first). Of events and rows only those that mention one of `about`, if any is given:
    a customer, an order's id.

    Of more than `limit` lines those are told that say most: kills and restores with the rows on both sides, what belongs to `window`
    (the time of day at which it begins, "12:00"), what mentions one of `about`, then the first and the last. `with_ids` says to name orders
    by their ids, too, which is also done where rows have them.
    """
    words = {str(word) for word in (*about, window) if word}
    remarks = _remarks(timeline.moments)
    part = [m for m in timeline.part(act) if not about or m.kind not in ("sent", "output") or m.about(*about)]
    part = _last_of_each_run(part)
    if timeline.several_outputs:
        remarks |= {id(m): f"in {m.topic}" for m in part if m.kind == "output"}
    with_ids = with_ids or any("order_id" in m.row for m in part if m.kind == "output")
    lines = _without_the_day([line(m, remarks.get(id(m), ""), with_id=with_ids) for m in part])
    if len(lines) <= limit:
        return lines

    turns = _turns(part)

    def importance(n: int) -> tuple[int, int]:
        says = 9 if n in turns else _mentions(part[n], words, timeline.window_ms)
        return -says, min(2 * n, 2 * (len(part) - 1 - n) + 1)

    return _with_gaps(lines, set(sorted(range(len(part)), key=importance)[:limit]))


def _turns(part: list[Moment]) -> set[int]:
    """Kills and restores, the last row before a kill, and the first one after a restore."""
    found = set()
    outputs = [n for n, m in enumerate(part) if m.kind == "output"]
    for n, m in enumerate(part):
        if m.kind == "kill":
            found |= {n, *[row for row in outputs if row < n][-1:]}
        elif m.kind == "restored":
            found |= {n, *[row for row in outputs if row > n][:1]}
    return found


def _mentions(m: Moment, words: set[str], window_ms: int) -> int:
    """How many of the words it mentions; an order that was sent mentions its window, too."""
    values = {str(value) for value in m.row.values()}
    if m.kind == "sent" and m.at is not None and window_ms:
        values.add(time_of_day(m.at // window_ms * window_ms))
    return len(words & values)


def _with_gaps(lines: list[str], kept: set[int]) -> list[str]:
    """The lines that are kept; where some are left out, how many."""
    told, last = [], -1
    for n in sorted(kept):
        if n > last + 1:
            told.append(f"  ... {n - last - 1} more ...")
        told.append(lines[n])
        last = n
    return told


def line(m: Moment, remark: str = "", *, with_id: bool = False) -> str:
    """One moment as text: its kind, its event time where it has one, and what it says; of an order its id only where that is asked for."""
    when, what = time_and_content(m, with_id=with_id)
    start = f"{m.kind:<10} {when:<10}  {what}" if when else f"{m.kind:<10} {what}"
    if m.kind == "output" and remark and len(start) + 3 + len(remark) > WIDTH:
        start = start[: WIDTH - len(remark) - 6] + "..."  # the name of its topic is never what is cut off
    text = f"{start.rstrip()}   {remark}".rstrip()
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


def time_and_content(m: Moment, *, with_id: bool = False) -> tuple[str, str]:
    """Its event time as people write it, "" where it has none, and the rest in words."""
    when = clock(m.at) if m.at is not None and m.kind in ("sent", "watermark") else "none yet" if m.kind == "watermark" else ""
    if m.kind == "sent":
        told = ["customer_id", "amount", "status", "value", *(["order_id"] if with_id else [])]
        what = " ".join(shown(m.row[k]) for k in told if k in m.row)
        return when, what + (f"   to {m.topic}-{m.partition}" if m.partition else "")
    if m.kind == "output":
        return when, "  ".join(f"{k} {shown(v)}" for k, v in m.row.items())
    if m.kind == "closed":
        return when, f"{m.text} is over, {m.count} {'event' if m.count == 1 else 'events'} sent in it by then"
    return when, m.text


def _without_the_day(lines: list[str]) -> list[str]:
    """Where all times are of one day, as they are in a case of its own, the day says nothing."""
    days = {found[0] for text in lines if (found := DAY.search(text))}
    timed = [text for text in lines if text.startswith(("sent", "watermark"))]
    return [DAY.sub("", text) for text in lines] if len(days) == 1 and all(DAY.search(text) for text in timed) else lines


def duration(milliseconds: int) -> str:
    """For people: "4.9 s", "20 min", "1 h 15 min"."""
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")


def _remarks(moments: list[Moment]) -> dict[int, str]:
    """Of each event that was sent: how late it came, and whether the watermark had passed it. Of each watermark: which windows it ends."""
    newest: int | None = None
    watermark: int | None = None
    found: dict[int, str] = {}
    for m in moments:
        if m.kind == "watermark":
            watermark = m.at
            found[id(m)] = _over([w.text for w in moments if w.kind == "closed" and w.step == m.step])
        if m.kind != "sent" or m.at is None:
            continue
        said = [f"{duration(newest - m.at)} late"] if newest is not None and m.at < newest else []
        over = [w for w in moments if w.kind == "closed" and w.step < m.step and w.at is not None and m.at in range(w.opened, w.at)]
        if over:
            said.append(f"{over[0].text} is over")
        elif watermark is not None and m.at < watermark:
            said.append("the watermark has passed it")
        found[id(m)] = ", ".join(said)
        if newest is None or m.at - newest < WRONG_CLOCK_MS:
            newest = max(m.at, newest or m.at)
    return found


def _over(windows: list[str]) -> str:
    if len(windows) > 1:
        return f"{len(windows)} windows are over, {windows[0]} to {windows[-1]}"
    return f"{windows[0]} is over" if windows else ""


def _last_of_each_run(moments: list[Moment]) -> list[Moment]:
    """Without what its watermark's line says; of several watermarks in a row that end no window only the last says anything."""
    said = [m for m in moments if m.kind != "closed"]
    ends = {m.step for m in moments if m.kind == "closed"}
    following = [*said[1:], None][: len(said)]
    return [m for m, after in zip(said, following, strict=True) if m.step in ends or not (after and m.kind == after.kind == "watermark")]
