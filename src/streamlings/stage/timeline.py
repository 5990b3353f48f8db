"""What happened, in the order in which it was observed: events sent, watermarks seen, rows that came out, kills, checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from streamlings.shop import clock


@dataclass(frozen=True)
class Moment:
    """One observation. `kind` is "sent", "watermark", "output", "checkpoint", "kill", "restored", "program" or "note"."""

    kind: str
    text: str
    at: int | None = None
    row: dict[str, Any] = field(default_factory=dict)
    topic: str = ""
    partition: int | None = None

    def about(self, *words: object) -> bool:
        return any(str(v) in {str(w) for w in words} for v in self.row.values())


class Timeline:
    """Collects moments; repeats of the same watermark are left out."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._newest: int | None = None
        self._watermark: int | None = None

    def sent(self, topic: str, partition: int | None, row: dict[str, Any]) -> None:
        at = row.get("timestamp")
        behind = self._newest - at if isinstance(at, int) and self._newest is not None else 0
        what = " ".join(str(v) for k, v in row.items() if k in ("customer_id", "amount", "status"))
        remarks = [f"{duration(behind)} behind the newest"] if behind > 0 else []
        if isinstance(at, int) and self._watermark is not None and at < self._watermark:
            remarks.append("behind the watermark")
        self.moments.append(
            Moment("sent", "   ".join([what, ", ".join(remarks)]).rstrip(), at if isinstance(at, int) else None, row, topic, partition)
        )
        if isinstance(at, int):
            self._newest = max(at, self._newest or at)

    def watermark(self, value: int | None) -> None:
        self._watermark = value
        text = "none yet" if value is None else clock(value)
        last = next((m for m in reversed(self.moments) if m.kind == "watermark"), None)
        if last is None or last.text != text:
            self.moments.append(Moment("watermark", text, value))

    def output(self, topic: str, partition: int, row: dict[str, Any]) -> None:
        what = "  ".join(f"{k} {v}" for k, v in row.items())
        self.moments.append(Moment("output", what, None, row, topic, partition))

    def note(self, kind: str, text: str) -> None:
        self.moments.append(Moment(kind, text))

    def act(self, title: str) -> None:
        """A new part of the scenario begins."""
        self.moments.append(Moment("act", title))

    def lines(self, *about: object, act: str = "", limit: int = 16) -> list[str]:
        """As text, at most 100 columns: everything, or only rows that mention one of `about` (watermarks and kills always).

        With `act`, only what happened in the part of that title; "" is the part before the first one, where there are parts.
        """
        chosen = [m for m in _part(self.moments, act) if not about or m.kind not in ("sent", "output") or m.about(*about)]
        chosen = _without_runs_of_watermarks(chosen)
        cut = [m for m in chosen[: limit // 2]] + [m for m in chosen[-(limit - limit // 2) :]] if len(chosen) > limit else chosen
        lines = [_line(m) for m in cut]
        if len(chosen) > limit:
            lines.insert(limit // 2, f"  ... {len(chosen) - limit} more ...")
        return lines

    def latest_act(self, limit: int) -> list[str]:
        """The newest part, as text."""
        title = next((m.text for m in reversed(self.moments) if m.kind == "act"), "")
        return self.lines(act=title, limit=limit)


def _part(moments: list[Moment], act: str) -> list[Moment]:
    starts = [i for i, m in enumerate(moments) if m.kind == "act"]
    titles = [""] + [moments[i].text for i in starts]
    edges = [0, *starts, len(moments)]
    chosen = titles.index(act) if act in titles else 0
    return [m for m in moments[edges[chosen] : edges[chosen + 1]] if m.kind != "act"]


def _line(m: Moment) -> str:
    at = clock(m.at) if m.kind == "sent" and m.at is not None else ""
    text = f"{m.kind:<10} {at:<9} {m.text}" if m.kind == "sent" else f"{m.kind:<10} {m.text}"
    return text if len(text) <= 90 else text[:87] + "..."


def _without_runs_of_watermarks(moments: list[Moment]) -> list[Moment]:
    """Of several watermarks in a row only the last says anything."""
    return [
        m for m, following in zip(moments, [*moments[1:], None], strict=True) if not (following and m.kind == following.kind == "watermark")
    ]


def duration(milliseconds: int) -> str:
    """For people: "4.9 s", "20 min", "1 h 15 min"."""
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
