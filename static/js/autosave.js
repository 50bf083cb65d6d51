/* Saves each field of a form as it is left, or after a pause in the typing: of an application, or
   of what an officer writes in a case.

   What is typed is kept in this browser until the server has confirmed it. The saves of one
   field go one at a time. Without this script the page is a plain form with a button. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-autosave]");
  if (!form) return;

  const say = form.dataset;
  const PAUSE = 5000;
  const LONGEST = 30000;
  const KEPT_DAYS = 60;
  const MARK = `tilldela:${say.reader}:${say.application}:`;
  const notice = document.getElementById("save-notice");
  const fields = new Map();
  let online = true;
  let retryIn = 0;
  let retryTimer = 0;
  let signedOut = false;
  let someoneElse = false;
  let refreshTimer = 0;
  let refreshing = null;
  let passing = false;

  // Steady under the hand ----------------------------------------------------------------------

  /* What a save has to say may take or give a line above what one is about to press, and a page
     that moves between press and release loses the click. While a button or a finger is down,
     nothing is painted; what is painted after that leaves what one looks at where it was. */
  const AFTER_RELEASE = 60;
  let pressed = false;
  let pointer = null;
  let painting = [];
  let releaseTimer = 0;

  function press(event) {
    pressed = true;
    clearTimeout(releaseTimer);
    point(event);
  }
  function point(event) {
    pointer = event.pointerType === "mouse" ? { x: event.clientX, y: event.clientY } : null;
  }
  function release(wait) {
    clearTimeout(releaseTimer);
    releaseTimer = setTimeout(() => {
      pressed = false;
      const all = painting;
      painting = [];
      for (const each of all) each();
    }, wait);
  }
  window.addEventListener("pointerdown", press, true);
  // A finger's click comes a moment after it is lifted.
  window.addEventListener("pointerup", () => release(AFTER_RELEASE), true);
  window.addEventListener("pointercancel", () => release(0), true);
  window.addEventListener("click", () => pressed && release(0), true);
  window.addEventListener(
    "pointermove",
    (event) => {
      point(event);
      // Let go outside the window.
      if (pressed && !event.buttons && event.pointerType === "mouse") release(AFTER_RELEASE);
    },
    { capture: true, passive: true },
  );
  window.addEventListener("blur", () => pressed && release(AFTER_RELEASE));
  window.addEventListener("keydown", () => (pointer = null), true);

  function paint(change) {
    if (pressed) painting.push(() => steady(change));
    else steady(change);
  }
  function still() {
    return pressed ? new Promise((done) => painting.push(done)) : Promise.resolve();
  }
  function lookedAt() {
    const under = pointer && document.elementFromPoint(pointer.x, pointer.y);
    const each = under && form.parentElement.contains(under) ? under : document.activeElement;
    if (!each || each === document.body || each.closest(".save-notice")) return null;
    const { top, bottom } = each.getBoundingClientRect();
    return bottom > 0 && top < window.innerHeight ? each : null;
  }
  function steady(change) {
    const kept = lookedAt();
    const before = kept?.getBoundingClientRect().top;
    change();
    if (!kept?.isConnected) return;
    const moved = kept.getBoundingClientRect().top - before;
    if (moved) window.scrollBy({ top: moved, behavior: "instant" });
  }
  // The browser would do the same for some of it, and then it would be done twice.
  document.documentElement.style.overflowAnchor = "none";

  // What the browser keeps --------------------------------------------------------------------

  function keep(field) {
    try {
      const record = { text: read(field), base: field.base, at: Date.now() };
      localStorage.setItem(MARK + field.path, JSON.stringify(record));
    } catch {
      // A full or closed store: the field is still saved to the server.
    }
  }
  function kept(path) {
    try {
      return JSON.parse(localStorage.getItem(MARK + path) || "null");
    } catch {
      return null;
    }
  }
  function forget(path) {
    try {
      localStorage.removeItem(MARK + path);
    } catch {
      // Nothing is kept where there is no store.
    }
  }
  function forgetOld() {
    const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith("tilldela:")) continue;
        const record = JSON.parse(localStorage.getItem(key) || "{}");
        if (!record.at || record.at < oldest) localStorage.removeItem(key);
      }
    } catch {
      // As above.
    }
  }

  // Fields --------------------------------------------------------------------------------------

  function controlsOf(box) {
    return [...box.querySelectorAll("[name^='v:']")];
  }
  function read(field) {
    const [first] = field.controls;
    if (first.type === "checkbox" || first.type === "radio") {
      return field.controls.filter((each) => each.checked).map((each) => each.value).join(",");
    }
    return first.value;
  }
  /* What the page came with: one may have answered before this script had come. */
  function came(field) {
    const [first] = field.controls;
    if (first.type === "checkbox" || first.type === "radio") {
      return field.controls.filter((each) => each.defaultChecked).map((each) => each.value).join(",");
    }
    if (!first.options) return first.defaultValue;
    const chosen = [...first.options].find((each) => each.defaultSelected) || first.options[0];
    return chosen ? chosen.value : "";
  }
  function write(field, text) {
    const [first] = field.controls;
    if (first.type === "checkbox" || first.type === "radio") {
      const chosen = text.split(",");
      for (const each of field.controls) each.checked = chosen.includes(each.value);
    } else {
      first.value = text;
    }
    count(field);
    document.dispatchEvent(new CustomEvent("tilldela:typed"));
  }
  function same(one, other) {
    return tidy(one) === tidy(other);
  }
  function tidy(text) {
    return text.replace(/\r\n/g, "\n").trim();
  }
  function part(field, name) {
    return field.box.querySelector(`[data-${name}]`);
  }

  function meet(box) {
    if (fields.get(box.dataset.path)?.box === box) return;
    const base = box.querySelector("[data-base]");
    const field = {
      box,
      path: box.dataset.path,
      controls: controlsOf(box),
      base: Number(base.value),
      timer: 0,
      dirtySince: 0,
      running: null,
      again: false,
      stuck: "",
    };
    if (!field.controls.length) return;
    field.confirmed = came(field);
    field.savedText = part(field, "saved")?.textContent || "";
    fields.set(field.path, field);
    const typing = ["text", "textarea"].includes(field.controls[0].type);
    box.addEventListener("input", () => {
      typed(field);
      if (typing) soon(field);
    });
    box.addEventListener("change", (event) => {
      exclusive(field, event.target);
      typed(field);
      save(field);
    });
    if (typing) box.addEventListener("focusout", () => save(field));
    offer(field);
    count(field);
    watchConflict(field);
    if (!same(read(field), field.confirmed)) {
      typed(field);
      if (typing && document.activeElement === field.controls[0]) soon(field);
      else save(field);
    }
  }

  function exclusive(field, changed) {
    if (changed.type !== "checkbox" || !changed.checked || field.controls.length < 2) return;
    for (const each of field.controls) {
      if (each === changed) continue;
      if ("exclusive" in changed.dataset || "exclusive" in each.dataset) each.checked = false;
    }
  }

  function typed(field) {
    count(field);
    if (same(read(field), field.confirmed) && !field.running) {
      forget(field.path);
      state(field, field.savedText);
      return;
    }
    keep(field);
    if (!field.dirtySince) field.dirtySince = Date.now();
    if (!field.running) state(field, say.tNotSaved);
  }

  function soon(field) {
    clearTimeout(field.timer);
    const waited = field.dirtySince ? Date.now() - field.dirtySince : 0;
    field.timer = setTimeout(() => save(field), waited > LONGEST ? 0 : PAUSE);
  }

  function state(field, text) {
    const shown = part(field, "saved");
    if (!shown) return;
    field.says = text;
    if (shown.textContent === text) return;
    paint(() => {
      if (shown.textContent !== field.says) shown.textContent = field.says;
    });
  }

  function count(field) {
    const shown = part(field, "count");
    const limit = Number(field.box.dataset.limit || 0);
    if (!shown || !limit) return;
    const length = [...tidy(read(field))].length;
    const over = length > limit;
    const number = new Intl.NumberFormat(document.documentElement.lang).format(
      Math.abs(limit - length),
    );
    shown.textContent = (over ? say.tOver : say.tLeft).replace("{n}", number);
    shown.classList.toggle("answer__count--over", over);
  }

  function fault(field, message) {
    if (!message && !part(field, "error").childElementCount) return;
    paint(() => showFault(field, message));
  }

  function showFault(field, message) {
    const box = part(field, "error");
    box.replaceChildren();
    for (const each of field.controls) {
      if (message) each.setAttribute("aria-invalid", "true");
      else each.removeAttribute("aria-invalid");
    }
    if (!message) return;
    const line = document.createElement("p");
    line.className = "ds-validation-message";
    line.dataset.field = "validation";
    const before = document.createElement("span");
    before.className = "visually-hidden";
    before.textContent = `${say.tError} `;
    line.append(before, message);
    box.append(line);
  }

  // Saving --------------------------------------------------------------------------------------

  function save(field) {
    clearTimeout(field.timer);
    if (field.running) {
      field.again = true;
      return field.running;
    }
    if (same(read(field), field.confirmed)) {
      if (!field.box.querySelector("[data-conflict], [data-kept]")) {
        forget(field.path);
        fault(field, "");
        field.stuck = "";
      }
      return Promise.resolve();
    }
    if (field.box.querySelector("[data-conflict]") || someoneElse || signedOut) {
      return Promise.resolve();
    }
    field.running = send(field).finally(() => {
      field.running = null;
      if (field.again) {
        field.again = false;
        return save(field);
      }
      return undefined;
    });
    return field.running;
  }

  async function send(field) {
    const text = read(field);
    state(field, say.tSaving);
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token());
    body.append("path", field.path);
    body.append("text", text);
    body.append("base", String(field.base));
    body.append("page", form.elements.page.value);
    let response;
    try {
      response = await fetch(say.saveUrl, {
        method: "POST",
        body: new URLSearchParams(body),
        redirect: "manual",
        keepalive: text.length < 15000,
        headers: { Accept: "application/json" },
      });
    } catch {
      state(field, say.tNotSaved);
      lost(say.tOffline);
      return;
    }
    if (response.type === "opaqueredirect" || response.status === 401) {
      state(field, say.tNotSaved);
      out();
      return;
    }
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    if (!isJson) {
      state(field, say.tNotSaved);
      // The form's token is renewed when one signs in: it is fetched anew, once.
      if (response.status === 403 && !field.renewed) {
        field.renewed = true;
        if (await renew()) field.again = true;
        return;
      }
      lost(say.tTrouble);
      return;
    }
    field.renewed = false;
    found();
    const answer = await response.json();
    await still();
    steady(() => answered(field, text, answer));
  }

  function answered(field, text, answer) {
    if (answer.status === "saved") {
      field.base = answer.base;
      field.box.querySelector("[data-base]").value = String(answer.base);
      field.confirmed = text;
      field.stuck = "";
      fault(field, "");
      field.savedText = answer.saved;
      state(field, answer.saved);
      if (same(read(field), text)) {
        forget(field.path);
        field.dirtySince = 0;
        tidyNumber(field, answer.text);
      } else {
        keep(field);
        state(field, say.tNotSaved);
        field.dirtySince = Date.now();
        soon(field);
      }
      quietNotes(field);
      showHistory(field);
      // A choice may lead to other questions, an amount to other sums; a text can wait.
      refreshSoon(["line", "long"].includes(field.box.dataset.kind) && !/^row\./.test(field.path) ? 2000 : 250);
    } else if (answer.status === "changed") {
      state(field, say.tNotSaved);
      field.stuck = "changed";
      showConflict(field, answer);
      refreshSoon();
    } else {
      state(field, say.tNotSaved);
      field.stuck = answer.status;
      fault(field, answer.message);
      if (answer.status !== "unfit") {
        for (const each of field.controls) each.readOnly = true;
      }
    }
  }

  function tidyNumber(field, text) {
    const money = ["money", "number"].includes(field.box.dataset.valueKind);
    const [control] = field.controls;
    if (!money || document.activeElement === control || !/^-?\d+$/.test(text)) return;
    control.value = new Intl.NumberFormat("sv").format(Number(text)).replace("−", "-");
    field.confirmed = control.value;
  }

  function showHistory(field) {
    const link = field.box.querySelector(".answer__history");
    if (link && field.base > 1) link.hidden = false;
  }

  function quietNotes(field) {
    if (!tidy(read(field))) return;
    for (const note of field.box.querySelectorAll(".answer__note--quiet")) note.remove();
  }

  function waiting() {
    return [...fields.values()].filter(
      (field) => field.running || !same(read(field), field.confirmed) || field.stuck,
    );
  }
  async function flush() {
    await Promise.all([...fields.values()].map((field) => save(field)));
    await Promise.all([...fields.values()].map((field) => field.running));
    return waiting();
  }

  // Two people in the same field ------------------------------------------------------------------

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function showConflict(field, answer) {
    field.box.querySelector("[data-conflict]")?.remove();
    const id = `${field.controls[0].id}-conflict`;
    const mine = element(
      "button",
      { class: "ds-button", type: "button", "data-variant": "secondary", "data-color": "accent" },
      answer.keep,
    );
    const theirs = element(
      "button",
      { class: "ds-button", type: "button", "data-variant": "secondary", "data-color": "accent" },
      answer.take,
    );
    const text = element(
      "div",
      { class: "answer__theirs", tabindex: "0", role: "region", "aria-label": answer.label },
      answer.shown,
    );
    const box = element(
      "div",
      {
        class: "answer__conflict",
        id,
        "data-conflict": "",
        role: "group",
        "aria-labelledby": `${id}-heading`,
        tabindex: "-1",
      },
      element("h3", { class: "ds-heading", "data-size": "2xs", id: `${id}-heading` }, answer.heading),
      element("p", {}, answer.message),
      element("p", { class: "answer__theirs-label" }, answer.label),
      text,
      element("div", { class: "actions" }, mine, theirs),
    );
    field.box.classList.add("answer--conflict");
    field.box.querySelector("[data-error]").after(box);
    announce(answer.heading);
    mine.addEventListener("click", () => {
      settle(field, answer.base);
      // The same text as theirs is saved already.
      if (same(read(field), answer.theirs)) field.confirmed = read(field);
      save(field);
    });
    theirs.addEventListener("click", () => {
      const isChoice = ["checkbox", "radio", "select-one"].includes(field.controls[0].type);
      settle(field, answer.base);
      write(field, isChoice ? answer.codes : answer.theirs);
      field.confirmed = read(field);
      forget(field.path);
      state(field, "");
      refreshSoon();
    });
  }

  function settle(field, base) {
    field.base = base;
    field.stuck = "";
    field.box.querySelector("[data-base]").value = String(base);
    field.box.querySelector("[data-conflict]")?.remove();
    field.box.classList.remove("answer--conflict");
    field.controls[0].focus();
  }

  function watchConflict(field) {
    // A conflict that the server drew is settled by its own buttons: the form is posted.
    if (field.box.querySelector("[data-conflict]")) field.stuck = "changed";
  }

  // Text that was not saved -------------------------------------------------------------------------

  function offer(field) {
    const record = kept(field.path);
    if (!record) return;
    if (same(record.text, read(field))) {
      forget(field.path);
      return;
    }
    const local = new Date(record.at);
    const when = `${local.toLocaleDateString("sv")} ${local.toLocaleTimeString("sv", { hour: "2-digit", minute: "2-digit" })}`;
    const back = element("button", { class: "link-button", type: "button" }, say.tPutBack);
    const away = element("button", { class: "link-button", type: "button" }, say.tThrowAway);
    const isText = ["text", "textarea"].includes(field.controls[0].type);
    const shown = isText ? [element("div", { class: "answer__theirs" }, record.text || "–")] : [];
    const box = element(
      "div",
      { class: "answer__kept", "data-kept": "" },
      element("p", {}, say.tKept.replace("{when}", when)),
      ...shown,
      element("p", { class: "answer__kept-actions" }, back, " ", away),
    );
    field.box.append(box);
    back.addEventListener("click", () => {
      box.remove();
      write(field, record.text);
      // Saved over what it was written over: a newer text is not passed by in silence.
      field.base = record.base;
      field.controls[0].focus();
      keep(field);
      save(field);
    });
    away.addEventListener("click", () => {
      box.remove();
      forget(field.path);
      field.controls[0].focus();
    });
  }

  // The network, and signing in -----------------------------------------------------------------------

  function tell(tone, ...content) {
    const box = element("div", { class: "ds-alert", "data-color": tone }, element("p", {}, ...content));
    notice.replaceChildren(box);
    notice.hidden = false;
  }
  function announce(text) {
    const box = element("span", { class: "visually-hidden" }, text);
    notice.append(box);
    notice.hidden = false;
  }

  function lost(text) {
    online = false;
    tell("warning", text);
    retryIn = Math.min(retryIn ? retryIn * 2 : 2000, 60000);
    clearTimeout(retryTimer);
    retryTimer = setTimeout(retry, retryIn);
  }
  function found() {
    if (!online || signedOut) {
      online = true;
      signedOut = false;
      retryIn = 0;
      clearTimeout(retryTimer);
      tell("success", say.tBack);
      setTimeout(retry, 0);
      setTimeout(() => {
        if (!waiting().length) notice.hidden = true;
      }, 8000);
    }
  }
  async function retry() {
    for (const field of fields.values()) field.renewed = false;
    await Promise.all([...fields.values()].map((field) => save(field)));
  }
  window.addEventListener("online", () => {
    retryIn = 0;
    retry();
  });

  function out() {
    if (signedOut) return;
    signedOut = true;
    const next = encodeURIComponent(location.pathname);
    const link = element(
      "a",
      { class: "ds-link", href: `${say.loginUrl}?next=${next}`, target: "_blank", rel: "opener" },
      say.tSignIn,
    );
    tell("warning", say.tSignedOut, " ", link, ". ", say.tThen);
  }

  /* Fetches the page anew for its token, and sees to it that the same person is signed in. */
  async function renew() {
    let page;
    try {
      page = await fetchPage();
    } catch {
      lost(say.tOffline);
      return false;
    }
    if (!page) {
      out();
      return false;
    }
    const fresh = page.querySelector("form[data-autosave]");
    if (!fresh) {
      lost(say.tTrouble);
      return false;
    }
    if (fresh.dataset.reader !== say.reader) {
      someoneElse = true;
      tell("danger", say.tOther);
      return false;
    }
    someoneElse = false;
    form.elements.csrfmiddlewaretoken.value = fresh.elements.csrfmiddlewaretoken.value;
    for (const each of document.querySelectorAll("[name=csrfmiddlewaretoken]")) {
      each.value = form.elements.csrfmiddlewaretoken.value;
    }
    return true;
  }
  async function comeBack() {
    if (!(signedOut || someoneElse) || document.hidden) return;
    signedOut = false;
    if (await renew()) {
      await retry();
      if (signedOut || !online) return;
      // Said when it is so, and not before.
      signedOut = true;
      found();
    }
  }
  window.addEventListener("focus", comeBack);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      for (const field of fields.values()) save(field);
    } else {
      comeBack();
    }
  });
  window.addEventListener("pagehide", () => {
    for (const field of fields.values()) save(field);
  });

  function token() {
    return form.elements.csrfmiddlewaretoken.value;
  }

  // What follows from an answer: other questions, sums, what the checks say ----------------------------

  async function fetchPage(url = location.pathname, options = {}) {
    const response = await fetch(url, { redirect: "manual", ...options });
    if (response.type === "opaqueredirect") return null;
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  function refreshSoon(wait = 250) {
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(refresh, wait);
  }
  async function refresh() {
    if (refreshing) {
      refreshSoon();
      return;
    }
    refreshing = fetchPage()
      .then(async (page) => {
        await still();
        if (page) steady(() => take(page));
      })
      .catch(() => {
        // What stands on the page is right as far as it goes; the next save asks again.
      });
    await refreshing;
    refreshing = null;
  }

  function take(page) {
    for (const list of document.querySelectorAll("[data-list][id]")) {
      const fresh = page.getElementById(list.id);
      if (fresh) reconcile(list, fresh);
    }
    for (const each of [...document.querySelectorAll("[data-fresh][id]")]) {
      const fresh = page.getElementById(each.id);
      if (!fresh || each.contains(document.activeElement)) continue;
      if (each.innerHTML !== fresh.innerHTML) each.replaceWith(document.adoptNode(fresh));
    }
    for (const card of document.querySelectorAll("[data-row-card][id]")) {
      const fresh = page.getElementById(card.id);
      if (fresh) Object.assign(card.dataset, { area: fresh.dataset.area || "", organisation: fresh.dataset.organisation || "" });
    }
    for (const select of document.querySelectorAll("select[name^='v:']")) {
      const fresh = page.getElementById(select.id);
      if (fresh && document.activeElement !== select) options(select, fresh);
    }
    gather();
    document.dispatchEvent(new CustomEvent("tilldela:typed"));
  }

  function options(select, fresh) {
    const before = [...select.options].map((each) => `${each.value}=${each.text}`).join();
    const after = [...fresh.options].map((each) => `${each.value}=${each.text}`).join();
    if (before === after) return;
    const chosen = select.value;
    select.replaceChildren(...[...fresh.children].map((each) => document.adoptNode(each)));
    select.value = chosen;
  }

  /* Gives the list the fresh list's children, in order; those there already stay as they are. */
  function reconcile(list, fresh) {
    const wanted = [...fresh.children];
    const ids = new Set(wanted.map((each) => each.id));
    for (const child of [...list.children]) {
      if (ids.has(child.id)) continue;
      for (const box of [child, ...child.querySelectorAll("[data-answer]")]) {
        const path = box.dataset.path;
        if (path && fields.get(path)?.box === box) fields.delete(path);
      }
      child.remove();
    }
    let place = list.firstElementChild;
    for (const each of wanted) {
      const there = [...list.children].find((child) => child.id === each.id);
      if (there) {
        if (there !== place) list.insertBefore(there, place);
        place = there.nextElementSibling;
      } else {
        list.insertBefore(document.adoptNode(each), place);
      }
    }
  }

  // Rows ----------------------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-row-button]");
    if (!button || button.form !== form) return;
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    await flush();
    const body = new URLSearchParams({
      csrfmiddlewaretoken: token(),
      page: form.elements.page.value,
      section: form.elements.section.value,
      row: button.value,
    });
    const before = new Set([...document.querySelectorAll("[data-row-card]")].map((each) => each.id));
    try {
      const posted = await fetch(button.getAttribute("formaction"), {
        method: "POST",
        body,
        redirect: "manual",
      });
      if (!posted.ok && posted.type !== "opaqueredirect") {
        if (posted.status === 403 && (await renew())) {
          button.disabled = false;
          button.click();
          return;
        }
        throw new Error(String(posted.status));
      }
      const page = await fetchPage();
      if (!page) {
        out();
        return;
      }
      await still();
      steady(() => take(page));
      found();
    } catch {
      lost(navigator.onLine ? say.tTrouble : say.tOffline);
      return;
    } finally {
      button.disabled = false;
    }
    if (button.dataset.rowButton === "remove") {
      announce(say.tRemoved);
      (document.querySelector("#removed [data-row-button]") || document.querySelector("[data-row-button=add]"))?.focus();
    } else {
      const card = [...document.querySelectorAll("[data-row-card]")].find((each) => !before.has(each.id));
      announce(say.tAdded);
      (card?.querySelector("input:not([type=hidden]), select, textarea") || card)?.focus();
    }
  });

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (passing) return;
    if (button?.name === "theirs") return;
    if (document.querySelector("[data-conflict]") && button?.closest("[data-conflict]")) return;
    event.preventDefault();
    const left = await flush();
    if (left.length) {
      if (online && !signedOut) tell("warning", say.tFirst);
      left[0].controls[0].focus();
      return;
    }
    if (button && "act" in button.dataset) {
      // More than saving: the server does it, with all that was typed saved before.
      // Not at once: a form that is just being submitted cannot be submitted again.
      setTimeout(() => {
        passing = true;
        form.requestSubmit(button);
      }, 0);
    } else if (button?.value === "next") {
      location.assign((await pageAfter(button)) || location.pathname);
    } else {
      tell("success", say.tAllSaved);
      setTimeout(() => {
        if (online && !signedOut) notice.hidden = true;
      }, 6000);
      refreshSoon();
    }
  });

  /* The areas chosen on their page decide which parts come after it. */
  async function pageAfter(button) {
    if (form.elements.section.value !== "areas") return button.dataset.then;
    const page = await fetchPage().catch(() => null);
    return (page?.getElementById("go-on") || button).dataset.then;
  }

  // A file that has come in: what the checks say of it.
  document.addEventListener("tilldela:received", refreshSoon);

  function gather() {
    for (const box of document.querySelectorAll("[data-answer]")) meet(box);
  }
  forgetOld();
  gather();
})();
