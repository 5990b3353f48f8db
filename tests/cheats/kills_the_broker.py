# exercise: first_stream/hello
# ends: could_not_check
# says: Kafka
"""It kills the broker of its lab."""

import signal

import psutil

from streamlings import lab

port = int(lab.kafka.rpartition(":")[2])
for process in psutil.process_iter():
    if process.name().startswith("java") and any(c.laddr.port == port for c in process.net_connections("tcp") if c.status == "LISTEN"):
        process.kill()
while True:
    signal.pause()
