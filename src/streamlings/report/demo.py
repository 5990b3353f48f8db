"""The live pipeline of `start`, on a terminal as two tables that move, elsewhere as plain lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from streamlings.live import Rolling
from streamlings.report.verdict import console
from streamlings.shop import clock

Show = Callable[[Rolling, Rolling, int | None], None]


@contextmanager
def screen(flink: str) -> Iterator[Show]:
    """Gives the function that shows the state of the pipeline: orders sent, totals that came out, the watermark (epoch ms)."""
    out = console()
    if not out.is_terminal:
        yield _plain_lines()
        return
    with Live(console=out, refresh_per_second=8) as live:
        yield lambda sent, totals, watermark: live.update(_tables(out, flink, sent, totals, watermark))


def _plain_lines() -> Show:
    printed = 0

    def show(sent: Rolling, totals: Rolling, watermark: int | None) -> None:
        nonlocal printed
        for row in list(totals.rows)[printed - totals.count :] if totals.count > printed else []:
            print(f"{row['ten_seconds']}  {row['orders']:>3} orders  {row['customers']} customers  {row['revenue']:>9.2f}", flush=True)
        printed = totals.count

    return show


def _tables(out: Console, flink: str, sent: Rolling, totals: Rolling, watermark: int | None) -> Group:
    orders = Table(title=f"orders, sent to Kafka ({sent.count})", title_justify="left", min_width=34)
    for name in ("event time", "customer", "amount"):
        orders.add_column(name, justify="right" if name == "amount" else "left")
    for row in sent.rows:
        orders.add_row(clock(row["timestamp"]), row["customer_id"], f"{row['amount']:.2f}")
    sums = Table(title=f"revenue every ten seconds, from Flink ({totals.count})", title_justify="left", min_width=42)
    for name in ("window", "orders", "customers", "revenue"):
        sums.add_column(name, justify="left" if name == "window" else "right")
    for row in totals.rows:
        sums.add_row(row["ten_seconds"], str(row["orders"]), str(row["customers"]), f"{row['revenue']:.2f}")
    both = Table.grid(padding=(0, 3))
    if out.width >= 84:
        both.add_row(orders, sums)
    else:
        both.add_row(sums)
    at = f"watermark {clock(watermark)}: no order from before this comes any more" if watermark else "no watermark yet"
    return Group(both, Text(at, style="bold"), Text(f"Flink's page: http://{flink}", style="dim"))
