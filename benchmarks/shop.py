"""A web shop's invoice lines (UCI Online Retail, CC BY 4.0), and a model that its manager could begin with.

    python -m benchmarks.shop online_retail.csv.gz shop          # writes shop.csv and shop.yaml

The file has a line for each product of an invoice, and no column for what happened: it becomes an event,
``Ordered`` or ``Cancelled``, with an ``Amount``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

MODEL = """
version: 1
name: Online shop
timezone: Europe/London
as_of: 2011-11-30
window: 180d
compare: 30d
source: {customer: CustomerID, event: event, timestamp: InvoiceDate, deduplicate: none}
events:
  orders: {event: Ordered, measure: distinct, property: InvoiceNo, target: 6, weight: 0.3}
  revenue: {event: Ordered, measure: sum, property: Amount, half_life: 60d, cap: 1000, weight: 0.03}
  products: {event: Ordered, measure: distinct, property: StockCode, target: 60, weight: 0.2}
  last_order: {event: Ordered, measure: recency, target: {from: 120, to: 7}, weight: 0.2}
  cancelled: {event: Cancelled, measure: distinct, property: InvoiceNo, weight: -2, min_points: -10}
scale: {method: clamp, to: [0, 100], round: 1}
bands:
  - {name: Sleeping, from: 0, at_risk: true, action: Write a letter}
  - {name: Occasional, from: 20, action: Show what is new}
  - {name: Regular, from: 45, action: Offer a standing order}
  - {name: Best, from: 75, action: Thank them}
risk: {drop: 20, silent_for: 90d, activity: Ordered}
attributes: {country: Country}
lists:
  wake: {band: Best, change: {lt: 0}, action: Call before they leave}
"""


def lines(file: Path) -> pl.DataFrame:
    """One row per invoice line, as text, with two columns more: ``Amount`` (quantity x price) and ``event``
    (Ordered, or Cancelled where the invoice's number begins with C).
    """
    frame = pl.read_csv(file, infer_schema=False)
    amount = pl.col("Quantity").cast(pl.Int64) * (pl.col("UnitPrice").cast(pl.Decimal(18, 3)))
    cancelled = pl.col("InvoiceNo").str.starts_with("C")
    return frame.with_columns(
        amount.cast(pl.String).alias("Amount"),
        pl.when(cancelled).then(pl.lit("Cancelled")).otherwise(pl.lit("Ordered")).alias("event"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="the invoice lines, as CSV")
    parser.add_argument(
        "out", help="what the two files that are written are called, without ending"
    )
    args = parser.parse_args()
    lines(args.file).write_csv(f"{args.out}.csv")
    Path(f"{args.out}.yaml").write_text(MODEL.lstrip(), encoding="utf-8")


if __name__ == "__main__":
    main()
