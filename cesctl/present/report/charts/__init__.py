"""Charts drawn by matplotlib, as SVG that goes into a page. Nothing else of cesctl imports matplotlib."""

from __future__ import annotations

from cesctl.present.report.charts.drawing import draw

__all__ = ["draw"]
