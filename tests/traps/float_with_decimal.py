# trap: decimal-with-float
from decimal import Decimal

print(0.0 + Decimal("12.50"))
