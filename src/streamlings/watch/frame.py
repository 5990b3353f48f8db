"""A full screen of a terminal: a head, a page that scrolls, what to do next, and the keys. Drawn with prompt_toolkit.

In its full-screen mode prompt_toolkit asks the terminal nothing and sends only what has changed, so that it is quiet over ssh, too. No
mouse events are taken, so that text can be selected as everywhere. It honours NO_COLOR by itself.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, to_formatted_text
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.utils import get_cwidth

NAMES = {
    Keys.Up: "up",
    Keys.Down: "down",
    Keys.PageUp: "pageup",
    Keys.PageDown: "pagedown",
    Keys.Home: "home",
    Keys.End: "end",
    Keys.ControlM: "enter",
    Keys.Escape: "escape",
    Keys.ControlH: "backspace",
    Keys.ControlC: "ctrl-c",
}
"""Keys that are no character, as `pressed` gets them."""

LOW, LEFT_OUT = 16, "petxosvr"
"""On a screen of fewer lines, these keys are not shown. They do what they do."""


@dataclass
class Around:
    """What a screen shows around its page."""

    head: tuple[str, str]
    said: str
    following: str
    keys: list[tuple[str, str]]


Page = Callable[[int, int], tuple[list[str], int]]
"""For a width and a height, the lines (with escape codes), and which of them stands uppermost."""


class Frame:
    """`around` and `page` give what to show, `pressed` is told each key."""

    def __init__(self, around: Callable[[], Around], page: Page, pressed: Callable[[str], None]) -> None:
        self._around, self._page, self._pressed = around, page, pressed
        self._control = FormattedTextControl(self._text, show_cursor=False)
        self.app: Application[None] = Application(
            layout=Layout(HSplit([Window(self._control, always_hide_cursor=True)])),
            key_bindings=self._bindings(),
            full_screen=True,
            mouse_support=False,
        )
        self.app.ttimeoutlen = 0.1  # so soon an Esc is an Esc, and not the beginning of an arrow key

    def redraw(self) -> None:
        self.app.invalidate()

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add(Keys.Any)
        def _(event: KeyPressEvent) -> None:
            for each in event.key_sequence:
                self._pressed(NAMES.get(each.key, each.key) if isinstance(each.key, Keys) else each.key)

        for key, name in NAMES.items():
            bindings.add(key, eager=key is Keys.Escape)(lambda _, name=name: self._pressed(name))
        return bindings

    def _text(self) -> StyleAndTextTuples:
        size = self.app.output.get_size()
        width, rows = size.columns, size.rows
        around = self._around()
        is_low = rows < LOW
        keys = wrapped_keys([key for key in around.keys if not is_low or key[0] not in LEFT_OUT], width)
        said, following = (wrapped(text, width, 1 if is_low else 2) for text in (around.said, around.following))
        height = max(1, rows - 3 - len(said) - len(following) - len(keys))
        page, top = self._page(width, height)
        below = len(page) - top - height
        more = f"{below} more {'line' if below == 1 else 'lines'} below: arrow keys, Space" if below > 0 else ""
        more = more or ("the end" if top else "")
        lines: list[StyleAndTextTuples] = [[("reverse bold", both_ends(*around.head, width))], []]
        lines += [[("", " "), *to_formatted_text(ANSI(line))] for line in page[top : top + height]]
        lines += [[]] * (height - len(lines) + 2)
        lines.append([("fg:ansibrightblack", both_ends("", more, width))])
        for style, around_it in (("", said), ("bold", following)):
            for each in around_it:
                lines.append([(style, each)])
        lines += keys
        text: StyleAndTextTuples = []
        for line in lines[:rows]:
            text += [*line, ("", "\n")]
        return text[:-1]


def wrapped(text: str, width: int, most: int) -> list[str]:
    """A text on so many lines at most."""
    lines = textwrap.wrap(text, max(10, width - 2), max_lines=most, placeholder=" ...", break_on_hyphens=False) or [""]
    return [" " + line for line in lines]


def wrapped_keys(keys: list[tuple[str, str]], width: int) -> list[StyleAndTextTuples]:
    """The keys with their words, on as many lines as they need."""
    lines: list[StyleAndTextTuples] = [[("", " ")]]
    used = 1
    for key, word in keys:
        needed = len(key) + 1 + len(word) + 2
        if used + needed - 2 > width and used > 1:
            lines.append([("", " ")])
            used = 1
        lines[-1] += [("reverse", key), ("", f" {word}  ")]
        used += needed
    return lines


def both_ends(left: str, right: str, width: int) -> str:
    """A line with a text at each end; where both do not fit, the left one is cut."""
    left = cut(f" {left}", max(0, width - get_cwidth(right) - 3))
    return left + " " * max(0, width - get_cwidth(left) - get_cwidth(right) - 1) + right[: width - 1] + " "


def cut(text: str, width: int) -> str:
    """The text within a width in columns; where something is left out, it ends with dots."""
    if get_cwidth(text) <= width:
        return text
    while text and get_cwidth(text) > width - 3:
        text = text[:-1]
    return text + "..."[: max(0, width)]
