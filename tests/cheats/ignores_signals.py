# exercise: producing/send_orders
# ends: failed
# says: still running
"""It cannot be asked to end."""

import signal

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
while True:
    pass
