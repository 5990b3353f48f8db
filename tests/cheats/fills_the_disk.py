# exercise: events_and_schemas/order_event
# ends: failed
# says: File too large
"""A file that grows for ever."""

from streamlings import lab

with open(lab.folder("out") / "orders.avro", "wb") as file:
    file.seek(2**40)
    file.write(b"x")
