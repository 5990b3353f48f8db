# exercise: producing/send_orders
# ends: failed
# says: expected
"""Thirty processes, each in a session of its own, that hand themselves on: whoever is looked at has ended already."""

import os
import time

end = time.monotonic() + 60  # so that it would end also where nobody ends it
for _ in range(30):
    if os.fork() == 0:
        os.setsid()
        while time.monotonic() < end:
            if os.fork():
                os._exit(0)
        os._exit(0)
