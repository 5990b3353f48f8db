"""What a lesson writer needs: `@check`, and `Failure` with the expectation, the actual value and the evidence.

A check is a function over the finished stage. Its docstring is the line that the learner reads. It passes when it returns, and fails
when it raises Failure; anything else that it raises is the course's fault, and is reported as "could not check".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from streamlings.stage.stage import Stage

CheckFunction = Callable[["Stage"], None]


class Failure(Exception):
    """The learner's program did not do what a check demands."""

    def __init__(
        self,
        *,
        expected: object,
        actual: object,
        because: list[str] | None = None,
        hint: str = "",
        shorten: Callable[[float], list[str]] | None = None,
    ) -> None:
        """`expected` and `actual` are shown as they are, `because` is the evidence, line by line, `hint` one question or push.

        `shorten`, given some seconds, looks for a shorter stream that fails, and gives it as lines (stage/days.py).
        """
        super().__init__(f"expected {expected}, got {actual}")
        self.shorten = shorten
        self.expected, self.actual, self.because, self.hint = str(expected), str(actual), because or [], hint


class Decided(Exception):
    """A check fails already: the parts of the scenario that wait for it need not be played."""

    def __init__(self, check: Check, failure: Failure) -> None:
        super().__init__(f"{check.name} fails: {failure}")
        self.check, self.failure = check, failure


@dataclass(frozen=True, eq=False)
class Check:
    """`name` is the function's, `line` its docstring; it is judged only when `after` passed."""

    name: str
    line: str
    judge: CheckFunction
    after: Check | None = None

    def __call__(self, stage: Stage) -> None:
        self.judge(stage)

    def decided(self, stage: Stage) -> Decided | None:
        """Judge it by what was seen so far, and first those that it waits for; of the first that fails, what it says."""
        earlier = self.after.decided(stage) if self.after is not None else None
        if earlier is not None:
            return earlier
        try:
            self(stage)
        except Failure as e:
            return Decided(self, e)
        return None


@overload
def check(function: CheckFunction) -> Check: ...
@overload
def check(*, after: Check) -> Callable[[CheckFunction], Check]: ...
def check(function: CheckFunction | None = None, *, after: Check | None = None) -> Check | Callable[[CheckFunction], Check]:
    """Make a check of a function. `@check`, or `@check(after=other)` where judging it makes no sense before `other` passed."""

    def make(function: CheckFunction) -> Check:
        line = (function.__doc__ or "").strip().splitlines()
        if not line:
            raise ValueError(f"check {function.__name__} needs a docstring: it is the line that the learner reads")
        return Check(function.__name__, line[0], function, after)

    return make(function) if function is not None else make


def expect(expected: Any, actual: Any, *, because: list[str] | None = None, hint: str = "") -> None:
    """Raise Failure unless the two are equal."""
    if expected != actual:
        raise Failure(expected=expected, actual=actual, because=because, hint=hint)
