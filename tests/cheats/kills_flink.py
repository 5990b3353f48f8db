# exercise: first_stream/hello
# ends: could_not_check
# says: Flink
"""It kills the JobManager of its lab."""

import signal

import psutil

from streamlings import lab

port = int(lab.flink.rpartition(":")[2])
for process in psutil.process_iter():
    if process.name().startswith("java") and any(c.laddr.port == port for c in process.net_connections("tcp") if c.status == "LISTEN"):
        process.kill()
while True:
    signal.pause()
