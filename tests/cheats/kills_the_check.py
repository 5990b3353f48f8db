# exercise: events_and_schemas/order_event
# ends: killed
# says:
"""It kills the process that started it, and the one that started that: the check itself."""

import os
import signal

import psutil

check = psutil.Process(os.getppid()).parent()
assert "check" in check.cmdline()
os.kill(os.getppid(), signal.SIGSTOP)
check.kill()
