# exercise: producing/send_orders
# ends: could_not_check
# says: watches over your program
"""It kills the process that started it."""

import os
import signal

os.kill(os.getppid(), signal.SIGKILL)
