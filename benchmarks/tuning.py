"""How well tuned weights foretell, on the invoice lines of a web shop, for several halves of its customers.

    python -m benchmarks.tuning online_retail.csv.gz [--seeds 12]

The outcome is no order in the next 90 days; T are monthly from 2011-03-01 to 2011-09-01. Of each seed one
half of the customers fits at the early T, the other judges at the late ones. ``gap``: the tuned area less
the better of boosted trees' and the best single measure's.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import mean

import cesctl
from benchmarks import shop

NAMES = ("weights before", "tuned weights", "equal weights", "boosted trees")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="the invoice lines, as CSV")
    parser.add_argument("--seeds", type=int, default=12)
    args = parser.parse_args()
    lines, model = shop.lines(args.file), cesctl.parse_model(shop.MODEL)
    found: list[list[float]] = []
    better = 0
    print("seed  before  tuned  equal  trees  single     gap  better")
    for seed in range(args.seeds):
        made = cesctl.tune(
            lines, model, "silent:90d", first="2011-03-01", last="2011-09-01", seed=seed
        )
        assert made.judgement is not None
        areas = dict(made.judgement.measures.select("name", "auc").iter_rows())
        single = next(auc for name, auc in areas.items() if name.startswith("best measure"))
        row = [*(areas[n] for n in NAMES), single]
        row.append(areas["tuned weights"] - max(areas["boosted trees"], single))
        found.append(row)
        better += made.better
        print(
            f"{seed:4}", *(f"{v:7.3f}" for v in row), " yes" if made.better else "  no", flush=True
        )
    print(
        "mean",
        *(f"{mean(c):7.3f}" for c in zip(*found, strict=True)),
        f"{better:4} of {args.seeds}",
    )
    gaps = [row[-1] for row in found]
    print(
        f"gap: least {min(gaps):.4f}, within 0.005 in {sum(g >= -0.005 for g in gaps)} of {len(gaps)}"
    )


if __name__ == "__main__":
    main()
