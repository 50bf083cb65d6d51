/* The cost check: what a verdict asks for, and the text that a reason begins with. Without this
   script all fields are shown, and the server begins the text when the page is saved. */
(() => {
  "use strict";

  const field = (card, name) => card.querySelector(`[data-path$='.${name}']`);
  const verdictOf = (card) => card.querySelector("[name$='.verdict']:checked")?.value || "";

  function show(card) {
    const verdict = verdictOf(card);
    const needed = {
      part_sek: verdict === "part",
      reason: verdict === "part" || verdict === "none",
      text: verdict === "part" || verdict === "none",
    };
    for (const [name, isNeeded] of Object.entries(needed)) {
      const box = field(card, name);
      // What was written, and what is wrong, is never hidden.
      if (box) box.hidden = !isNeeded && !box.querySelector("[aria-invalid], [data-conflict]");
    }
  }
  function texts() {
    const found = [...document.querySelectorAll("#reason-texts [data-reason]")];
    return new Map(found.map((each) => [each.dataset.reason, each.textContent.trim()]));
  }
  /* A text that nobody has edited follows the reason. */
  function begin(card, code) {
    const known = texts();
    const area = field(card, "text")?.querySelector("textarea");
    if (!area || !known.has(code)) return;
    const now = area.value.trim();
    if (now && ![...known.values()].includes(now)) return;
    area.value = known.get(code);
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("change", (event) => {
    const card = event.target.closest(".cost-line");
    if (!card) return;
    const name = event.target.name || "";
    if (name.endsWith(".verdict")) show(card);
    if (name.endsWith(".reason")) begin(card, event.target.value);
  });
  function all() {
    for (const card of document.querySelectorAll(".cost-line")) show(card);
  }
  document.addEventListener("tilldela:typed", all);
  all();
})();
