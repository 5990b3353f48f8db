"""Small changes to Markdown texts."""

from __future__ import annotations

import html
import re


def title(markdown: str) -> str:
    """The first line's heading."""
    return markdown.splitlines()[0].removeprefix("# ")


def anchor(heading: str) -> str:
    """What a heading's address on its page is: as Python-Markdown makes it, of letters, digits and dashes."""
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def below(markdown: str, facts: str) -> str:
    """The text with a line of facts under its title."""
    head, _, rest = markdown.partition("\n")
    return f"{head}\n\n{facts}\n{{ .facts }}\n{rest}"


def deeper(markdown: str) -> str:
    """The text with each heading one level lower; a line of code that begins with # is none."""
    lines, fenced = [], False
    for line in markdown.splitlines():
        fenced ^= line.lstrip().startswith("```")
        lines.append(f"#{line}" if line.startswith("#") and not fenced else line)
    return "\n".join(lines)


def section(markdown: str, first: str, last: str) -> str:
    """From the heading `first` up to the heading `last`, exclusively. Raises ValueError where one is not there."""
    lines = markdown.splitlines()
    return "\n".join(lines[lines.index(first) : lines.index(last)])


def literally(text: str) -> str:
    """A text that is no Markdown, so that it reads as it is."""
    return re.sub(r"([\\`*_\[\]])", r"\\\1", html.escape(text, quote=False))
