// Puts the code of a figure into the text where the writer is. Without this script the codes stand
// beside the text to be copied.
(() => {
  const show = () => {
    for (const button of document.querySelectorAll("[data-insert]")) button.hidden = false;
    const submit = document.querySelector("[name=figures-show]");
    if (submit && window.htmx) submit.hidden = true;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const field = document.querySelector("[data-figures-into]");
    if (!button || !field) return;
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("htmx:afterSwap", show);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
})();
