// Tables that sort by their headers and filter by a text. The page can be read without.
"use strict";
(() => {
  const compare = new Intl.Collator("en", { numeric: true }).compare;

  // The number that a cell begins with; nothing where it begins with none.
  const numberOf = (text) => {
    const found = /^[<>]?([+-]?[\d,]*\.?\d+(?:e[+-]?\d+)?)/i.exec(text.trim());
    return found ? Number(found[1].replaceAll(",", "")) : NaN;
  };

  const textOf = (unit, column) => {
    const row = unit.tagName === "TBODY" ? unit.rows[0] : unit;
    return row.cells[column].textContent;
  };

  // Rows that stay together are a body of their own.
  const unitsOf = (table) =>
    table.tBodies.length > 1 ? [...table.tBodies] : [...table.tBodies[0].rows];

  const sort = (table, column, isNumber, down) => {
    const units = unitsOf(table);
    const keys = new Map(
      units.map((unit) => {
        const text = textOf(unit, column);
        return [unit, isNumber ? numberOf(text) : text];
      }),
    );
    const nothing = (key) => (isNumber ? Number.isNaN(key) : key.trim() === "");
    units.sort((a, b) => {
      const [one, other] = [keys.get(a), keys.get(b)];
      if (nothing(one) || nothing(other)) return nothing(one) - nothing(other); // always last
      const order = isNumber ? one - other : compare(one, other);
      return down ? -order : order;
    });
    const parent = units[0].parentNode;
    for (const unit of units) parent.append(unit);
  };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const isNumber = head.classList.contains("n");
        const before = head.getAttribute("aria-sort");
        const down = before === null ? isNumber : before === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, column, isNumber, down);
      });
    });
  };

  const makeFilter = (box, table) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    const count = document.createElement("output");
    label.className = "filter";
    input.type = "search";
    label.append("Filter ", input, count);
    box.prepend(label);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      const units = unitsOf(table);
      let shown = 0;
      for (const unit of units) {
        unit.hidden = !unit.textContent.toLowerCase().includes(wanted);
        shown += unit.hidden ? 0 : 1;
      }
      count.textContent = wanted ? `${shown} of ${units.length} rows` : "";
    });
  };

  for (const box of document.querySelectorAll("[data-sorts]")) {
    const table = box.querySelector("table");
    makeSortable(table);
    if ("filters" in box.dataset) makeFilter(box, table);
  }
})();
