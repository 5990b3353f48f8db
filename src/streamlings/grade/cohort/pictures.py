"""The page's diagrams, drawn by pygal: SVG without scripts, in the page's own colours. Beside each stands a table that says the same."""

from __future__ import annotations

import re
from collections import Counter

import pygal
from pygal.style import Style

from streamlings.course import Exercise
from streamlings.grade.marks import WORDS, Graded, State

COLOURS: dict[State, str] = {
    "passed": "#2da44e",
    "failed": "#d1495b",
    "not_handed_in": "#8c959f",
    "could_not_check": "#8250df",
    "refused": "#bf8700",
}
BARS = 10
LOOK = {
    "background": "transparent",
    "plot_background": "transparent",
    "foreground": "currentColor",
    "foreground_strong": "currentColor",
    "foreground_subtle": "currentColor",
    "font_family": "system-ui, sans-serif",
    "opacity": "1",
    "label_font_size": 12,
    "legend_font_size": 12,
    "title_font_size": 14,
}


def distribution(graded: list[Graded]) -> list[tuple[str, int]]:
    """How many learners have which share of the points, in tenths."""
    counts: Counter[int] = Counter(min(BARS - 1, int(g.got * BARS / g.most)) for g in graded)
    return [(f"{n * 100 // BARS}-{(n + 1) * 100 // BARS} %", counts[n]) for n in range(BARS)]


def states(graded: list[Graded], exercise: Exercise) -> Counter[State]:
    """How many learners stand where with an exercise."""
    return Counter(m.state for g in graded for m in g.marks if m.exercise == exercise)


def of_points(graded: list[Graded]) -> str:
    """A bar for each tenth of the points."""
    rows = distribution(graded)
    chart = pygal.Bar(**_options("Learners by share of the points"), style=Style(**LOOK, colors=("#1f6feb",)), show_legend=False)
    chart.x_labels = [name for name, _ in rows]
    chart.add("learners", [count for _, count in rows])
    return _svg(chart, "picture-of-points")


def of_exercises(graded: list[Graded], exercises: list[Exercise]) -> str:
    """A bar for each exercise, divided by verdicts."""
    seen = [states(graded, exercise) for exercise in exercises]
    shown = [state for state in COLOURS if any(counts[state] for counts in seen)]
    style = Style(**LOOK, colors=tuple(COLOURS[state] for state in shown))
    height = 140 + 34 * len(exercises)
    chart = pygal.HorizontalStackedBar(**_options("Verdicts by exercise") | {"height": height}, style=style, legend_at_bottom=True)
    chart.x_labels = [exercise.id for exercise in exercises]
    for state in shown:
        chart.add(WORDS[state], [counts[state] for counts in seen])
    return _svg(chart, "picture-of-exercises")


def _options(title: str) -> dict[str, object]:
    return {
        "title": title,
        "js": [],
        "disable_xml_declaration": True,
        "width": 900,
        "height": 300,
        "max_scale": 8,
        "order_min": 0,
        "value_formatter": lambda value: f"{value:.0f}",
        "truncate_label": 40,
        "truncate_legend": 40,
        "margin": 8,
    }


def _svg(chart: pygal.graph.graph.Graph, name: str) -> str:
    """Without the comments and the settings that pygal puts in for its script. `name` keeps its style to itself."""
    chart.uuid = name
    return re.sub(r"<!--.*?-->|<script.*?</script>", "", str(chart.render(is_unicode=True)), flags=re.DOTALL)
