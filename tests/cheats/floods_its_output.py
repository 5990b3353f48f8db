# exercise: first_stream/hello
# ends: failed
# says: printed more than 10 MB
"""It prints for ever."""

while True:
    print("passed " * 1000)
