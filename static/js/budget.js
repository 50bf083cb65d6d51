/* The budget's sums, as one types. The server has the last word each time a line is saved. */
(() => {
  "use strict";

  const NONE = "-";

  function amount(control) {
    const digits = (control?.value || "").replace(/[\s\u00a0\u2009\u202f]|kr\s*$/g, "");
    return /^\d{1,12}$/.test(digits) ? Number(digits) : 0;
  }
  function shown(value) {
    return `${new Intl.NumberFormat("sv").format(value)}\u00a0kr`;
  }

  /* The area that the line's activity stands under in its list; as saved where one may not write. */
  function areaOf(card, areas) {
    const select = card.querySelector("select[name$='.activity']");
    if (!select) return card.dataset.area || NONE;
    const group = select.selectedOptions[0]?.closest("optgroup")?.label;
    return areas.get(group) || NONE;
  }
  function organisationOf(card) {
    const select = card.querySelector("select[name$='.organisation']");
    return select ? select.value || NONE : card.dataset.organisation || NONE;
  }

  function sum() {
    const areas = new Map();
    for (const cell of document.querySelectorAll("[data-sum-asked^='area:']")) {
      areas.set(cell.closest("tr").cells[0].textContent, cell.dataset.sumAsked.slice(5));
    }
    const asked = new Map();
    const other = new Map();
    const add = (to, key, value) => to.set(key, (to.get(key) || 0) + value);
    for (const card of document.querySelectorAll("[data-row-card]")) {
      const controls = {
        asked: card.querySelector("[name^='v:'][name$='.amount_sek']"),
        other: card.querySelector("[name^='v:'][name$='.other_sek']"),
      };
      // A line that one may only read is not summed anew: the server's sums stand.
      if (!controls.asked) return;
      const keys = ["total", `area:${areaOf(card, areas)}`, `organisation:${organisationOf(card)}`];
      for (const key of keys) {
        add(asked, key, amount(controls.asked));
        add(other, key, amount(controls.other));
      }
    }
    put("sumAsked", "data-sum-asked", asked);
    put("sumOther", "data-sum-other", other);
  }
  function put(name, attribute, sums) {
    for (const cell of document.querySelectorAll(`[${attribute}]`)) {
      const text = shown(sums.get(cell.dataset[name]) || 0);
      if (cell.textContent !== text) cell.textContent = text;
    }
  }

  document.addEventListener("input", sum);
  document.addEventListener("change", sum);
  document.addEventListener("tilldela:typed", sum);
})();
