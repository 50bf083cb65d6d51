// Sends the files of an upload box one by one, with progress, and shows the list that comes back.
// Without this script the box is a plain form.
"use strict";

(() => {
  const AT_ONCE = 2;

  function setUp(form) {
    const box = form.querySelector("[data-upload-box]");
    const input = form.querySelector("input[type=file]");
    const queue = form.querySelector("[data-upload-queue]");
    const status = form.querySelector("[data-upload-status]");
    const rowTemplate = form.querySelector("template[data-upload-row]");
    const texts = form.querySelector("template[data-upload-texts]").dataset;
    const maxBytes = Number(form.dataset.maxBytes);
    const waiting = [];
    let sending = 0;
    let lastAnnounced = Date.now();

    form.querySelector("[data-upload-drop]").hidden = false;
    form.querySelector("[data-upload-submit]").hidden = true;
    input.required = false;
    form.dataset.upload = "ready";

    // One file ------------------------------------------------------------------------------

    function add(file) {
      const row = rowTemplate.content.firstElementChild.cloneNode(true);
      const part = (name) => row.querySelector(name);
      const one = { file, row, request: null, state: "waiting" };
      part(".upload__name").textContent = file.name;
      part("progress").setAttribute("aria-label", `${texts.progress}: ${file.name}`);
      for (const hidden of row.querySelectorAll(".visually-hidden")) hidden.textContent = file.name;
      part("[data-upload-cancel]").addEventListener("click", () => cancel(one));
      part("[data-upload-retry]").addEventListener("click", () => retry(one));
      part("[data-upload-dismiss]").addEventListener("click", () => takeAway(one));
      queue.append(row);
      queue.hidden = false;
      if (file.size === 0) fail(one, texts.empty, false);
      else if (file.size > maxBytes) fail(one, texts.tooLarge, false);
      else wait(one);
    }

    function say(one, text) {
      one.row.querySelector(".upload__state").textContent = text;
    }

    // Heard by those who do not see the list: what has happened, not each per cent.
    function announce(one, text) {
      lastAnnounced = Date.now();
      status.textContent = `${one.file.name}: ${text}`;
    }

    function announceNowAndThen(one) {
      const text = one.row.querySelector(".upload__state").textContent;
      if (Date.now() - lastAnnounced > 5000) announce(one, text);
    }

    function show(one, { progress, cancel, retry, dismiss }) {
      const set = (name, shown) => {
        const button = one.row.querySelector(name);
        const had = button === document.activeElement;
        button.hidden = !shown;
        return had && !shown;
      };
      one.row.querySelector("progress").hidden = !progress;
      const lost = [
        set("[data-upload-cancel]", cancel),
        set("[data-upload-retry]", retry),
        set("[data-upload-dismiss]", dismiss),
      ].some(Boolean);
      if (lost) (one.row.querySelector("button:not([hidden])") || input).focus();
    }

    function wait(one) {
      one.state = "waiting";
      one.row.classList.remove("upload__row--failed");
      one.row.querySelector("progress").value = 0;
      say(one, texts.waiting);
      show(one, { progress: true, cancel: true });
      waiting.push(one);
      next();
    }

    function next() {
      while (sending < AT_ONCE && waiting.length) send(waiting.shift());
    }

    function send(one) {
      const request = new XMLHttpRequest();
      one.request = request;
      one.state = "sending";
      sending += 1;
      const data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      data.append(input.name, one.file);
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        const percent = Math.floor((100 * event.loaded) / event.total);
        one.row.querySelector("progress").value = percent;
        say(one, percent < 100 ? `${texts.sending} ${percent}\u00a0%` : texts.handling);
        announceNowAndThen(one);
      });
      request.addEventListener("load", () => answered(one, request));
      request.addEventListener("error", () => fail(one, texts.offline, true));
      request.addEventListener("timeout", () => fail(one, texts.offline, true));
      request.addEventListener("loadend", () => {
        sending -= 1;
        next();
      });
      request.open("POST", form.action);
      request.setRequestHeader("HX-Request", "true");
      request.send(data);
      say(one, `${texts.sending} 0\u00a0%`);
    }

    function answered(one, request) {
      const elsewhere = new URL(request.responseURL || form.action, location.href).pathname;
      if (request.status === 422) fail(one, request.responseText, false);
      else if (request.status === 403 || elsewhere !== new URL(form.action).pathname)
        fail(one, texts.signedOut, true);
      else if (request.status >= 200 && request.status < 300 && swap(request.responseText)) {
        one.state = "received";
        announce(one, texts.received);
        takeAway(one);
        document.dispatchEvent(new CustomEvent("tilldela:received"));
      } else fail(one, texts.failed, true);
    }

    // The list that the server answers with, in the place of the one shown.
    function swap(html) {
      const id = `${form.id}-list`;
      const shown = document.getElementById(id);
      const found = new DOMParser().parseFromString(html, "text/html").getElementById(id);
      if (!shown || !found) return false;
      const fresh = document.importNode(found, true);
      shown.replaceWith(fresh);
      if (window.htmx) window.htmx.process(fresh);
      return true;
    }

    function fail(one, text, again) {
      one.state = "failed";
      one.row.classList.add("upload__row--failed");
      say(one, text);
      announce(one, text);
      show(one, { retry: again, dismiss: true });
    }

    function cancel(one) {
      const place = waiting.indexOf(one);
      if (place >= 0) waiting.splice(place, 1);
      one.state = "cancelled";
      if (one.request) one.request.abort();
      say(one, texts.cancelled);
      announce(one, texts.cancelled);
      show(one, { retry: true, dismiss: true });
    }

    // Signing in again gives the page a new token, which only a fresh page has.
    async function retry(one) {
      show(one, { progress: true });
      say(one, texts.waiting);
      try {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector(`#${CSS.escape(form.id)} [name=csrfmiddlewaretoken]`);
        if (fresh) form.elements.csrfmiddlewaretoken.value = fresh.value;
      } catch {
        // Then the old token is tried.
      }
      wait(one);
    }

    function takeAway(one) {
      const focused = one.row.contains(document.activeElement);
      one.row.remove();
      queue.hidden = queue.children.length === 0;
      if (focused) (queue.querySelector("button:not([hidden])") || input).focus();
    }

    // Choosing and dragging -----------------------------------------------------------------

    function addAll(files) {
      for (const file of input.multiple ? files : [...files].slice(0, 1)) add(file);
    }

    input.addEventListener("change", () => {
      addAll([...input.files]);
      // So that the same file can be chosen once more.
      input.value = "";
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      addAll([...input.files]);
      input.value = "";
    });

    const holdsFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
    let inside = 0;
    box.addEventListener("dragenter", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      inside += 1;
      box.classList.add("upload__box--over");
    });
    box.addEventListener("dragover", (event) => {
      if (holdsFiles(event)) event.preventDefault();
    });
    box.addEventListener("dragleave", () => {
      inside = Math.max(0, inside - 1);
      if (inside === 0) box.classList.remove("upload__box--over");
    });
    box.addEventListener("drop", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      inside = 0;
      box.classList.remove("upload__box--over");
      addAll([...event.dataTransfer.files]);
    });

    window.addEventListener("beforeunload", (event) => {
      if (sending > 0) event.preventDefault();
    });
  }

  // A file dropped beside the box would replace the page, and with it what was being written.
  for (const name of ["dragover", "drop"])
    window.addEventListener(name, (event) => {
      const files = [...(event.dataTransfer?.types || [])].includes("Files");
      if (files && !event.target.closest?.("input[type=file]")) event.preventDefault();
    });

  const setUpAll = (root) => {
    for (const form of root.querySelectorAll("form[data-upload='']")) setUp(form);
  };
  setUpAll(document);
  document.addEventListener("htmx:load", (event) => setUpAll(event.target.parentNode || document));
})();
