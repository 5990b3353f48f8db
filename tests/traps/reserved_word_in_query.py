# trap: reserved-word
from harbour import plan

plan("SELECT timestamp FROM orders")
