"""The report opened in a real browser: nothing is missed, nothing leaves the page, nothing runs but its own
script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.present import browser
from tests.present.browser import Browser, Page
from tests.present.report import made

pytestmark = pytest.mark.skipif(
    browser.find() is None, reason="no Chromium on PATH: the report is not opened in a browser"
)
Open = Callable[..., Page]

COLUMN = """
(name, column) => [...document.querySelectorAll(`#${name} table`)].at(-1)
  .querySelectorAll("tbody tr:not(.part):not([hidden])").values()
  .map(row => row.cells[column].textContent).toArray()
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    found = {}
    for name, report in (("small", made.small()), ("hostile", made.hostile())):
        found[name] = folder / f"{name}.html"
        found[name].write_text(report.html(), encoding="utf-8")
    return found


@pytest.fixture
def opened(chromium: Browser, files: dict[str, Path]) -> Open:
    def open_page(name: str = "small", **how: object) -> Page:
        return Page(chromium, files[name], **how)  # type: ignore[arg-type]

    return open_page


@pytest.mark.parametrize("name", ["small", "hostile"])
@pytest.mark.parametrize(
    "how",
    [{}, {"width": 390, "height": 844}, {"dark": True}, {"scripts": False}],
    ids=["desk", "phone", "dark", "no-script"],
)
def test_it_opens_without_complaint_and_asks_for_nothing(
    opened: Open, name: str, how: dict[str, object]
) -> None:
    page = opened(name, **how)
    assert page.complaints == []
    assert page.requests == []
    assert page.tell("document.querySelectorAll('svg').length") == (14 if name == "small" else 12)
    assert page.tell("document.querySelectorAll('table').length") >= 10
    # no element is drawn beyond the page: it never scrolls sideways
    width = page.tell("document.documentElement.clientWidth")
    assert page.tell("document.documentElement.scrollWidth") == width


def test_hostile_names_stay_text(opened: Open) -> None:
    page = opened("hostile")
    for button in range(12):  # sorting moves cells about; that makes nothing of them either
        page.tell(f"document.querySelectorAll('#at-risk button')[{button}]?.click()")
    assert page.tell("window.hacked") is None
    assert page.tell("document.querySelectorAll('img, iframe, main script').length") == 0
    assert page.tell("document.querySelectorAll('script').length") == 1
    shown = page.tell("document.body.textContent")
    for name in made.HOSTILE:
        if name.isprintable():
            assert name.strip() in shown, name
    assert r"\x1b[31mred" in shown
    assert page.tell("document.querySelector('h1').textContent") == made.HOSTILE[0]
    assert page.complaints == []


def test_what_a_page_may_not_do_is_refused(opened: Open) -> None:
    """Were there ever a way in, the page's policy would still stand before it."""
    page = opened()
    page.tell(
        "document.body.insertAdjacentHTML('beforeend',"
        ' \'<img src="https://example.com/x.png" onerror="window.hacked=1">\')'
    )
    page.tell(
        "{const s = document.createElement('script'); s.text = 'window.hacked = 1';"
        " document.body.append(s)}"
    )
    assert page.tell("window.hacked") is None
    refused = [e["entry"]["text"] for e in page.events("Log.entryAdded")]
    assert any("Content Security Policy" in text for text in refused)


def test_tables_sort(opened: Open) -> None:
    page = opened()

    def column(at: int) -> list[str]:
        found = page.tell(f"({COLUMN})('at-risk', {at})")
        assert isinstance(found, list)
        return found

    def press(at: int) -> str | None:
        head = f"document.querySelectorAll('#at-risk thead th')[{at}]"
        page.tell(f"{head}.querySelector('button').click()")
        found = page.tell(f"{head}.getAttribute('aria-sort')")
        assert found is None or isinstance(found, str)
        return found

    before = column(1)
    assert press(1) == "descending"
    assert column(1) == sorted(before, key=float, reverse=True) != before
    assert press(1) == "ascending"
    assert column(1) == sorted(before, key=float)
    names = column(0)
    assert press(0) == "ascending"
    assert column(0) == sorted(names)
    assert page.tell("document.querySelectorAll('#at-risk [aria-sort]').length") == 1
    changes = column(2)
    press(2)
    press(2)
    numbers = sorted((c for c in changes if c), key=lambda c: float(c.replace(",", "")))
    assert column(2) == numbers + [""] * changes.count("")


def test_rows_that_belong_together_are_sorted_together(opened: Open) -> None:
    page = opened()
    groups = "[...document.querySelector('#movers table').tBodies].map(b => b.textContent.trim())"
    before = page.tell(groups)
    page.tell("document.querySelector('#movers thead button').click()")
    after = page.tell(groups)
    assert before != after
    assert sorted(before) == sorted(after)


def test_tables_filter(opened: Open) -> None:
    page = opened()
    names = page.tell(f"({COLUMN})('at-risk', 0)")
    wanted = names[2]
    box = "document.querySelector('#at-risk input')"
    page.tell(f"{box}.value = {wanted.upper()!r}; {box}.dispatchEvent(new Event('input'))")
    assert page.tell(f"({COLUMN})('at-risk', 0)") == [wanted]
    assert page.tell("document.querySelector('#at-risk output').textContent") == (
        f"1 of {len(names)} rows"
    )
    page.tell(f"{box}.value = ''; {box}.dispatchEvent(new Event('input'))")
    assert page.tell(f"({COLUMN})('at-risk', 0)") == names


def test_without_scripts_all_of_it_can_be_read(opened: Open) -> None:
    with_scripts, without = opened(), opened(scripts=False)
    rows = "document.querySelectorAll('tbody tr').length"
    assert with_scripts.tell(rows) == without.tell(rows)
    assert without.tell("document.querySelectorAll('button, input').length") == 0


@pytest.mark.parametrize(("width", "shown"), [(1280, "wide"), (390, "narrow")])
def test_each_width_has_its_own_charts_with_text_that_can_be_read(
    opened: Open, width: int, shown: str
) -> None:
    page = opened(width=width)
    visible = "[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width)"
    assert page.tell(f"[...new Set({visible}.map(s => s.getAttribute('class')))]") == [shown]
    least = page.tell(
        f"Math.min(...{visible}.map(s => 11 * s.getBoundingClientRect().width"
        " / s.viewBox.baseVal.width))"
    )
    assert least >= 10.5  # px of the smallest text
    beyond = page.tell(
        f"{visible}.flatMap(s => [...s.querySelectorAll('text')].filter(t => {{"
        " const a = t.getBoundingClientRect(); return a.left < -1 || a.right > innerWidth + 1 }))"
        ".map(t => t.textContent)"
    )
    assert beyond == []


@pytest.mark.parametrize("dark", [False, True])
def test_charts_have_the_pages_colours(opened: Open, dark: bool) -> None:
    page = opened(dark=dark)
    ground = page.tell("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(21, 25, 31)" if dark else "rgb(255, 255, 255)")
    inks = page.tell(
        "[...new Set([...document.querySelectorAll('svg.wide text')].map("
        "t => getComputedStyle(t).fill))]"
    )
    assert "rgb(0, 0, 0)" not in inks
    assert page.tell("getComputedStyle(document.body).color") in inks


def test_it_prints(opened: Open) -> None:
    page = opened(dark=True)
    pdf = page.pdf()
    assert pdf.startswith(b"%PDF-")
    assert 3 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 15
    page.ask("Emulation.setEmulatedMedia", media="print")
    assert page.tell("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.tell("getComputedStyle(document.querySelector('nav')).display") == "none"
    heads = "[...document.querySelectorAll('thead button')].map(b => getComputedStyle(b).display)"
    assert page.tell(f"[...new Set({heads})]") == ["contents"]  # else no page repeats them
    assert page.complaints == []


def test_it_can_be_read_with_the_keyboard_alone(opened: Open) -> None:
    page = opened(width=390)
    assert page.tell("[...document.querySelectorAll('.scroll')].every(e => e.tabIndex === 0)")
    assert page.tell("[...document.querySelectorAll('thead button')].every(e => e.tabIndex === 0)")
    assert page.tell("document.querySelectorAll('.scroll:not([aria-labelledby])').length") == 0
