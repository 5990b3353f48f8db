# trap: decimal-to-json
import json
from decimal import Decimal

json.dumps({"amount": Decimal("12.50")})
