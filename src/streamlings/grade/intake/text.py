"""The bytes of a program as text that Python reads: without marks at its beginning, with plain line ends, whatever its encoding was."""

from __future__ import annotations

import codecs
import io
import tokenize

MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
"""UTF-32 first: its little-endian mark begins with that of UTF-16."""
BINARY = {
    b"PK\x03\x04": "a zip archive",
    b"%PDF": "a PDF",
    b"\x7fELF": "a compiled program",
    b"MZ": "a compiled program",
    b"\x89PNG": "a picture",
    b"\x1f\x8b": "a gzip archive",
}
ASCII = rb"\u0041 +AEE- ~{VP~} " + bytes(range(32, 92)) + bytes(range(93, 127))
"""All that can be printed, and what some codecs take for something else."""


class NoText(ValueError):
    """The bytes are no program's text; the message says what they are."""


def text_of(data: bytes) -> tuple[str, str]:
    """The text, and how it was written where that is not how Python wants it ("" otherwise). Raises NoText."""
    for mark, name in MARKS.items():
        if data.startswith(mark):
            return _plain(_decode(data, name)), f"was written in {name}, and read as that"
    for magic, what in BINARY.items():
        if data.startswith(magic):
            raise NoText(f"is {what}, and no Python program")
    if guess := _utf16_without_mark(data):
        return _plain(_decode(data, guess)), "was written in UTF-16 without its mark, and read as that"
    if b"\0" in data:
        raise NoText("holds zero bytes: it is no text")
    encoding = _declared(data)
    text = _decode(data, encoding)
    if encoding not in ("utf-8", "utf-8-sig"):
        return _plain(text), f"was written in {encoding}, and read as that"
    return _plain(text), ""


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as e:
        raise NoText(f"is not {encoding} at byte {e.start}, nor does it say how it is encoded") from e


def _declared(data: bytes) -> str:
    """What its first lines say (PEP 263); UTF-8 where they do not. It is one in which ASCII means itself: others hide what is written
    (unicode_escape, utf-7), give no text (hex), or take hours (punycode)."""
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as e:
        raise NoText(f"cannot be read: {e}") from e
    try:
        itself = ASCII.decode(encoding) == ASCII.decode("ascii")
    except (LookupError, UnicodeError):
        itself = False
    if not itself:
        raise NoText(f"says that it is encoded in {encoding}, which is none for programs")
    return encoding


def _utf16_without_mark(data: bytes) -> str:
    """A Python program is mostly ASCII: half of its bytes are zero then, all at odd or all at even places."""
    sample = data[:4096]
    if len(sample) < 8 or len(data) % 2:
        return ""
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    half = len(sample) // 2
    if odd > 0.8 * half and even == 0:
        return "UTF-16LE"
    return "UTF-16BE" if even > 0.8 * half and odd == 0 else ""


def _plain(text: str) -> str:
    """Line ends of Windows and of old Macs become plain ones. A declared encoding would be wrong from now on, so that line is silenced."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for n, line in enumerate(lines[:2]):
        if line.lstrip().startswith("#") and "coding" in line:
            lines[n] = line.replace("coding", "cod-ing")
    return "\n".join(lines)
