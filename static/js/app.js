// Small comforts.  Every page works without this file.
(() => {
  "use strict";

  const RELEASE_MS = 15000;

  // A form is sent once: a second press does nothing until the answer is there (or the way back is taken).
  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll(".is-sent").forEach((button) => {
      button.classList.remove("is-sent");
      button.removeAttribute("aria-disabled");
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button) {
      button.classList.add("is-sent");
      button.setAttribute("aria-disabled", "true");
    }
    setTimeout(() => release(form), RELEASE_MS);
  });

  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) release(form);
  });

  // The names of chosen files, so that one sees that all photos are there.
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    let list = input.parentElement.querySelector(".file-names");
    if (!list) {
      list = document.createElement("ul");
      list.className = "file-names";
      list.setAttribute("aria-live", "polite");
      input.after(list);
    }
    list.replaceChildren(
      ...Array.from(input.files, (file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024)).toLocaleString()} KB)`;
        return item;
      })
    );
  });

  // Drafts: what is typed into a form with data-draft stays in this tab until the server has accepted it.
  // Files and passwords are never kept; signing out forgets everything.
  const NEVER = new Set(["file", "password", "submit", "button", "reset", "image"]);
  const PREFIX = "gongji-draft:";
  const person = () => document.body.dataset.person || "";
  const nameOfDraft = (form) => `${PREFIX}${person()}:${location.pathname}:${form.dataset.draft}`;
  const isKept = (field) => field.name && !NEVER.has(field.type) && (field.type !== "hidden" || field.name === "key");
  const kept = (form) => Array.from(form.elements).filter(isKept);
  const isTick = (field) => field.type === "checkbox" || field.type === "radio";
  const nameOf = (field) => (isTick(field) ? `${field.name}=${field.value}` : field.name);

  function valueOf(field) {
    if (isTick(field)) return field.checked;
    if (field.type === "select-multiple") return Array.from(field.selectedOptions, (option) => option.value);
    return field.value;
  }

  function fill(field, value) {
    if (value === undefined) return;
    if (isTick(field)) field.checked = value;
    else if (field.type === "select-multiple") {
      Array.from(field.options).forEach((option) => (option.selected = value.includes(option.value)));
    } else field.value = value;
  }

  function keep(form, isSent = false) {
    const values = Object.fromEntries(kept(form).map((field) => [nameOf(field), valueOf(field)]));
    try {
      sessionStorage.setItem(nameOfDraft(form), JSON.stringify({ values, isSent }));
    } catch {
      // Storage is full or forbidden: the form works as before, only without a draft.
    }
  }

  function restore(form) {
    const text = sessionStorage.getItem(nameOfDraft(form));
    if (!text) return;
    const { values } = JSON.parse(text);
    // The old key comes back too: if the first sending did arrive, the second finds its result.
    kept(form).forEach((field) => fill(field, values[nameOf(field)]));
    form.dispatchEvent(new CustomEvent("gongji:restored", { bubbles: true }));
  }

  const drafts = () => Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));

  // A sent draft is done with once an ordinary page answers; sign-in and error pages are interruptions, not answers.
  function forgetAccepted() {
    if ("interruption" in document.body.dataset) return;
    const isAccepted = document.querySelector(".flashes .is-ok") !== null;
    drafts().forEach((name) => {
      const isHere = name.startsWith(`${PREFIX}${person()}:${location.pathname}:`);
      if (JSON.parse(sessionStorage.getItem(name)).isSent && (!isHere || isAccepted)) sessionStorage.removeItem(name);
    });
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.dataset.draft) keep(form);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("signOut" in form.dataset) drafts().forEach((name) => sessionStorage.removeItem(name));
    else if (form.dataset.draft && !event.defaultPrevented) keep(form, true);
  });

  document.addEventListener("DOMContentLoaded", () => {
    forgetAccepted();
    document.querySelectorAll("form[data-draft]").forEach((form) => {
      // A form that comes back with errors already carries what was typed: the server's copy wins.
      if (form.querySelector("[data-summary]")) keep(form);
      else restore(form);
    });
    const summary = document.querySelector("[data-summary]");
    if (summary) summary.focus();
  });

  // The account menu closes like every menu: by Escape or by a press elsewhere.
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
})();
