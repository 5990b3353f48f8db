# trap: reserved-word
from harbour import orders

orders("order STRING")
