"""An interrupt comes when nothing breaks by it: not in the midst of what takes a lock, or starts a process."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from streamlings import interrupts

LONGER_S = 5 * interrupts.AGAIN_S
WORKS = """
def work(raised, until):
    raised(2)
    while until():
        pass
    done.append("all of it")
"""


@pytest.fixture
def _signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.timeout(60, method="thread")  # the other method has SIGALRM
@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize(
    ("module", "is_safe"), [("urllib3.connectionpool", False), ("http.client", False), ("streamlings.stage.job", True)]
)
def test_it_waits_until_the_program_is_out_of_what_would_break(module: str, is_safe: bool) -> None:
    done: list[str] = []
    scope = {"__name__": module, "done": done}
    exec(WORKS, scope)

    def interrupt() -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupts.when_safe(interrupt))
    end = time.monotonic() + LONGER_S
    with pytest.raises(KeyboardInterrupt):
        scope["work"](signal.raise_signal, lambda: time.monotonic() < end)  # type: ignore[operator]
        while True:
            pass
    assert done == ([] if is_safe else ["all of it"])
