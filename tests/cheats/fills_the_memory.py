# exercise: events_and_schemas/order_event
# ends: failed
# says: MemoryError
"""It takes memory for ever."""

kept = []
while True:
    kept.append(bytearray(2**26))
