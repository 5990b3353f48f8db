# exercise: events_and_schemas/order_event
# ends: failed
# says: no ordinary file
"""Its result is a pipe, which whoever reads it would wait for; and a lesson becomes a link to a folder of its own."""

import os

from streamlings import lab

os.mkfifo(lab.folder("out") / "orders.avro")
