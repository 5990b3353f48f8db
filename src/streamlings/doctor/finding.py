"""What the doctor found out about one thing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and (where `ok` is False, or None with a way to have it better) what to do.

    `ok` is None where there is nothing to mend: for your information, or about something optional.
    """

    name: str
    ok: bool | None
    says: str
    mend: str = ""
