# trap: naive-datetime
from datetime import UTC, datetime

print(datetime(2026, 1, 1) < datetime.now(UTC))
