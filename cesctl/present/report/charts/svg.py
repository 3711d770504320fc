"""A figure as an ``<svg>`` for a page: with ids of its own, text as text, in the page's colours.

The SVG is put together anew from what matplotlib wrote: elements, attributes and texts are escaped by the
writer, so nothing that stands in a label can become anything but text.
"""

from __future__ import annotations

import io
import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from rich.cells import cell_len, set_cell_size

from cesctl.present.report.charts.ink import INK, as_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cesctl.present.report.document import Chart

SIZE = 12  # px of all text
CELL = 6.8  # px that a narrow character takes, about
_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be found, copied and read aloud
    "svg.hashsalt": "cesctl",  # the same chart is the same text
    "text.parse_math": False,  # "$x^2$" is a name
    "text.usetex": False,
    "axes.unicode_minus": False,
    "font.size": SIZE,
    "text.color": INK,
    "path.simplify": False,
}
# What XML cannot hold. Labels are safe to show already; these are what is left.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@contextmanager
def settings() -> Iterator[None]:
    """In which figures are made and written."""
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # the page's fonts are the reader's, and matplotlib's own need not have all letters
        warnings.filterwarnings("ignore", message="(?s).*[Gg]lyph")
        yield


def new_figure(width: float, height: float) -> Figure:
    """A figure of so many px."""
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    FigureCanvasSVG(figure)
    figure.patch.set_visible(False)
    return figure


def label(text: str, most: float) -> str:
    """A text that fits into so many px; what is cut ends with ``…``."""
    text = _NO_XML.sub("\ufffd", text)
    cells = int(most / CELL + 0.01)  # what ``room`` gave is enough
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, max(cells - 1, 0)).rstrip() + "…"


def room(texts: list[str], most: float) -> float:
    """The px that the widest of the texts takes, within a limit."""
    return min(max((cell_len(text) * CELL for text in texts), default=0.0), most)


def to_svg(figure: Figure, chart: Chart, variant: str) -> str:
    """The element, with its text alternative."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 - matplotlib wrote it just now
    prefix = f"{chart.name}-{variant}"
    _clean(root, prefix)
    width, height = (float(n) for n in root.attrib["viewBox"].split()[2:])
    plain = ET.Element(
        "svg",
        {
            "class": variant,
            "viewBox": root.attrib["viewBox"],
            "width": f"{width:g}",
            "height": f"{height:g}",
            "role": "img",
            "aria-labelledby": f"{prefix}-title {prefix}-told",
        },
    )
    ET.SubElement(plain, "title", {"id": f"{prefix}-title"}).text = _NO_XML.sub(
        "\ufffd", chart.title
    )
    ET.SubElement(plain, "desc", {"id": f"{prefix}-told"}).text = _NO_XML.sub("\ufffd", chart.told)
    plain.extend(root)
    return ET.tostring(plain, encoding="unicode", short_empty_elements=False)


def _clean(root: ET.Element, prefix: str) -> None:
    """In place: without namespaces, metadata, clipping, styles of the whole page and ids of no use."""
    used = {e.attrib[_LINK][1:] for e in root.iter() if _LINK in e.attrib}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.rpartition("}")[2] in {"metadata", "style", "clipPath"}:
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib.pop("clip-path", None)  # nothing is drawn beyond its place
        own = element.attrib.pop("id", "")
        if own in used:
            element.set("id", f"{prefix}-{own}")
        target = element.attrib.pop(_LINK, "")
        if target:
            element.set("href", f"#{prefix}-{target[1:]}")
        for name in ("style", "fill", "stroke"):
            if name in element.attrib:
                element.set(name, _plain_font(as_variables(element.attrib[name])))


def _plain_font(style: str) -> str:
    """Without fonts: they are the page's."""
    return re.sub(r"font-family: [^;]*(; |$)", "", style)
