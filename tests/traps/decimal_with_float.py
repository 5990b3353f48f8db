# trap: decimal-with-float
from decimal import Decimal

print(Decimal("12.50") * 1.19)
