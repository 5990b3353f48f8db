"""One part of a timeline as a picture (SVG): event time upwards, the order of observation to the right.

An event is a dot at its own time; the watermark is a stair; a window is a box from its first event to the moment when the watermark had
passed its end; rows that came out, kills, restores and checkpoints stand where they were observed. Long gaps in event time are shortened.
"""

from __future__ import annotations

from html import escape
from statistics import median

from streamlings.shop import clock
from streamlings.stage.story import line
from streamlings.stage.timeline import Moment

WIDTH, HEIGHT = 1100, 560
LEFT, RIGHT, TOP, BOTTOM = 120, 30, 40, 110
OUT_LANE = HEIGHT - 70
MARKS = {"kill": "killed", "restored": "restored", "checkpoint": "checkpoint", "late": "dropped as late"}


def svg(part: list[Moment], *, window_ms: int, number: int, title: str) -> str:
    """The picture of one part. `number` makes its ids unique on the page."""
    x = _columns(part)
    y = _EventTime(part, window_ms)
    drawn = [
        *_axis(y),
        *_windows(part, window_ms, x, y),
        *_watermarks(part, x, y),
        *(shape for m in part for shape in _moment(m, part, x, y)),
    ]
    head = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" tabindex="0" aria-labelledby="t{number} d{number}">'
        f'<title id="t{number}">{escape(title)}</title><desc id="d{number}">{escape(_summary(part))}</desc>'
    )
    return head + "".join(drawn) + "</svg>"


def late(m: Moment, part: list[Moment]) -> bool:
    """Whether the watermark had passed an event before it was sent."""
    before = [w.at for w in part[: part.index(m)] if w.kind == "watermark" and w.at is not None]
    return m.kind == "sent" and m.at is not None and bool(before) and m.at < before[-1]


def _summary(part: list[Moment]) -> str:
    count = {kind: sum(m.kind == kind for m in part) for kind in ("sent", "output", "closed", "kill")}
    behind = sum(late(m, part) for m in part)
    text = f"{count['sent']} events were sent, {behind} of them behind the watermark; {count['output']} rows came out"
    text += f"; the watermark passed the end of {count['closed']} windows" if count["closed"] else ""
    return text + (f"; {count['kill']} kill" if count["kill"] else "") + ". The table below has every moment."


def _columns(part: list[Moment]) -> dict[int, float]:
    """The place of each moment from left to right. What a watermark closes stands where the watermark does."""
    columns: dict[int, int] = {}
    for m in part:
        columns[id(m)] = max(columns.values(), default=0) + (m.kind != "closed")
    last = max(columns.values(), default=1)
    return {key: LEFT + (WIDTH - LEFT - RIGHT) * n / (last + 1) for key, n in columns.items()}


class _EventTime:
    """The scale of event time. A gap of more than five usual ones is drawn as long as five."""

    def __init__(self, part: list[Moment], window_ms: int) -> None:
        times = {m.at for m in part if m.kind == "sent" and m.at is not None}
        times |= {t // window_ms * window_ms + edge for t in times for edge in (0, window_ms)} if window_ms else set()
        low, high = min(times, default=0), max(times, default=1)
        times |= {m.at for m in part if m.kind == "watermark" and m.at is not None and low <= m.at <= high}
        self.times = sorted(times) or [0]
        gaps = [b - a for a, b in zip(self.times, self.times[1:], strict=False)] or [1]
        most = 5 * median(gaps)
        self.heights = [0.0]
        for gap in gaps[: len(self.times) - 1]:
            self.heights.append(self.heights[-1] + min(gap, most))

    def __call__(self, at: int) -> float:
        """Pixels from the top. A time outside of all the events' times stands at the edge."""
        span, floor = self.heights[-1] or 1, HEIGHT - BOTTOM
        at = min(max(at, self.times[0]), self.times[-1])
        n = max(i for i, t in enumerate(self.times) if t <= at)
        height = self.heights[n]
        if n + 1 < len(self.times):
            share = (at - self.times[n]) / (self.times[n + 1] - self.times[n])
            height += share * (self.heights[n + 1] - height)
        return floor - height / span * (floor - TOP)


def _axis(y: _EventTime) -> list[str]:
    shapes = [f'<text class="axis" x="8" y="{TOP - 18}">event time</text>', f'<text class="axis" x="8" y="{OUT_LANE + 4}">rows out</text>']
    shapes.append(f'<text class="axis" x="{WIDTH - RIGHT}" y="{HEIGHT - 12}" text-anchor="end">the order in which it was observed</text>')
    last = HEIGHT
    for at in y.times:
        if last - y(at) >= 16:
            last = int(y(at))
            shapes.append(f'<text class="tick" x="{LEFT - 14}" y="{last + 4}" text-anchor="end">{clock(at)}</text>')
    return shapes


def _windows(part: list[Moment], window_ms: int, x: dict[int, float], y: _EventTime) -> list[str]:
    if not window_ms:
        return []
    shapes: list[str] = []
    closed = {m.at: m for m in part if m.kind == "closed"}
    opened: dict[int, Moment] = {}
    for m in part:
        if m.kind == "sent" and m.at is not None:
            opened.setdefault(m.at // window_ms * window_ms, m)
    for start, first in opened.items():
        end = closed.get(start + window_ms)
        right = x[id(end)] if end else WIDTH - RIGHT
        if right < x[id(first)]:
            continue  # it was over before this part began
        name = f"{clock(start)[:-3]}-{clock(start + window_ms)[:-3]}"
        top, height = y(start + window_ms), y(start) - y(start + window_ms)
        says = f"window {name}: " + ("over when the watermark had passed its end" if end else "still open at the end")
        box = f'x="{x[id(first)] - 8:.0f}" y="{top:.0f}" width="{right - x[id(first)] + 8:.0f}" height="{height:.0f}"'
        shapes.append(f'<g><title>{escape(says)}</title><rect class="window{"" if end else " open"}" {box}/>')
        shapes.append(f'<text class="small" x="{x[id(first)] - 4:.0f}" y="{top + 12:.0f}">{name}</text></g>')
    return shapes


def _watermarks(part: list[Moment], x: dict[int, float], y: _EventTime) -> list[str]:
    """A stair for the lowest watermark, and a thin one for each source partition, where there are several."""
    marks = [m for m in part if m.kind == "watermark"]
    names = sorted({name for m in marks for name in m.of if name.rpartition("-")[2].isdigit()})
    series = [("watermark", [(m, m.at) for m in marks])]
    if len(names) > 1:
        series += [(f"watermark of {name}", [(m, m.of.get(name)) for m in marks]) for name in names]
    shapes = []
    for n, (name, values) in enumerate(series):
        points: list[str] = []
        for m, at in values:
            if at is not None:
                points += [f"{x[id(m)]:.0f},{points[-1].split(',')[1]}"] if points else []
                points.append(f"{x[id(m)]:.0f},{y(at):.0f}")
        if points:
            points.append(f"{WIDTH - RIGHT},{points[-1].split(',')[1]}")
            css = "watermark" if n == 0 else "watermark partition"
            shapes.append(f'<g><title>{escape(name)}</title><polyline class="{css}" points="{" ".join(points)}"/></g>')
    return shapes


def _moment(m: Moment, part: list[Moment], x: dict[int, float], y: _EventTime) -> list[str]:
    at, says = x[id(m)], f"<title>{escape(' '.join(line(m).split()))}</title>"
    if m.kind == "sent" and m.at is not None:
        if late(m, part):
            cross = f"M{at - 5:.0f} {y(m.at) - 5:.0f}l10 10m0 -10l-10 10"
            return [f'<g>{says}<path class="event late" d="{cross}"/></g>']
        return [f'<g>{says}<circle class="event" cx="{at:.0f}" cy="{y(m.at):.0f}" r="5"/></g>']
    if m.kind == "output":
        return [f'<g>{says}<rect class="row" x="{at - 5:.0f}" y="{OUT_LANE - 5}" width="10" height="10"/></g>']
    if m.kind in MARKS:
        rule = f'<line class="{m.kind}" x1="{at:.0f}" x2="{at:.0f}" y1="{TOP}" y2="{OUT_LANE + 12}"/>'
        return [f'<g>{says}{rule}<text class="small" x="{at + 4:.0f}" y="{TOP - 4}">{MARKS[m.kind]}</text></g>']
    return []
