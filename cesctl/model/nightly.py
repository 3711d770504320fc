"""``nightly``: from what was read to Nightly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cesctl.duration import DAY_US
from cesctl.model.fields import Fields
from cesctl.model.sources import relative
from cesctl.model.types import Nightly

if TYPE_CHECKING:
    from pathlib import Path

TOP = 10
CATCH_UP = 31


def build_nightly(fields: Fields | None, folder: Path | None) -> Nightly | None:
    if fields is None or fields.broken:
        return None
    alerts = fields.get("alerts", ())
    own = alerts if isinstance(alerts, Fields) else None
    return Nightly(
        store=relative(fields.get("store"), folder),
        horizon_us=fields.get("horizon", 7 * DAY_US),
        max_rejected=fields.get("max_rejected", "5%"),
        outputs=tuple(relative(p, folder) for p in fields.get("outputs", ())),
        at_risk_outputs=tuple(relative(p, folder) for p in fields.get("at_risk_outputs", ())),
        fail_if=fields.get("fail_if", ()),
        alerts=alerts if own is None else own.get("to", ()),
        alerts_top=TOP if own is None else own.get("top", TOP),
        catch_up=fields.get("catch_up", CATCH_UP),
    )
