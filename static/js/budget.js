/* The sums of budget lines, as one types: what is asked for and paid by others in an application,
   what is approved in the check of its costs. The server has the last word each time a line is
   saved. */
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

  /* What a line comes to in each column; null for a line that one may only read. */
  const COLUMNS = {
    asked: (card) => typed(card.querySelector("[name^='v:'][name$='.amount_sek']")),
    other: (card) => typed(card.querySelector("[name^='v:'][name$='.other_sek']")),
    approved: (card) => {
      if (!Number(card.dataset.asked)) return 0;
      if (!card.querySelector("[name^='v:'][name$='.verdict']")) return null;
      const verdict = card.querySelector("[name^='v:'][name$='.verdict']:checked")?.value;
      const asked = Number(card.dataset.asked);
      if (verdict === "full") return asked;
      if (verdict !== "part") return 0;
      const part = amount(card.querySelector("[name^='v:'][name$='.part_sek']"));
      // A part is less than all: what is not one is not saved either.
      return part < asked ? part : 0;
    },
  };
  function typed(control) {
    return control ? amount(control) : null;
  }
  function keysOf(card, areas) {
    if (card.dataset.keys) return card.dataset.keys.split(" ");
    return ["total", `area:${areaOf(card, areas)}`, `organisation:${organisationOf(card)}`];
  }

  function sum() {
    const areas = new Map();
    for (const cell of document.querySelectorAll("[data-sum-asked^='area:']")) {
      areas.set(cell.closest("tr").cells[0].textContent, cell.dataset.sumAsked.slice(5));
    }
    const cards = [...document.querySelectorAll("[data-row-card]")];
    for (const [column, of] of Object.entries(COLUMNS)) {
      const cells = [...document.querySelectorAll(`[data-sum-${column}]`)];
      if (!cells.length) continue;
      const amounts = cards.map(of);
      // A line that one may only read is not summed anew: the server's sums stand.
      if (amounts.includes(null)) continue;
      const sums = new Map();
      cards.forEach((card, place) => {
        for (const key of keysOf(card, areas)) sums.set(key, (sums.get(key) || 0) + amounts[place]);
      });
      for (const cell of cells) {
        const text = shown(sums.get(cell.getAttribute(`data-sum-${column}`)) || 0);
        if (cell.textContent !== text) cell.textContent = text;
      }
    }
  }

  document.addEventListener("input", sum);
  document.addEventListener("change", sum);
  document.addEventListener("tilldela:typed", sum);
})();
