/* What a page does faster with a script; everything here also works without. No framework, nothing from elsewhere. */
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const is = (target, selector) => target instanceof Element && target.closest(selector);

  /* "/" goes to the search, Escape closes the person's menu, arrows walk a list of rows. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = is(event.target, "input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing) {
      const search = document.getElementById("recherche");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Escape") {
      const menu = is(event.target, ".menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    }
    const list = is(event.target, "[data-rows]");
    if (list && event.target.matches(".title")) {
      const titles = [...list.querySelectorAll(".title")];
      const here = titles.indexOf(event.target);
      const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: titles.length - 1 }[event.key];
      if (titles[next]) { event.preventDefault(); titles[next].focus(); }
    }
  });

  document.addEventListener("click", (event) => {
    const open = document.querySelector(".menu[open]");
    if (open && !open.contains(event.target)) open.open = false;

    const copy = is(event.target, "[data-copy]");
    if (copy) {
      const text = document.querySelector(copy.dataset.copy)?.textContent.trim() ?? "";
      navigator.clipboard.writeText(text).then(() => {
        const before = copy.textContent;
        copy.textContent = "Copié";
        setTimeout(() => { copy.textContent = before; }, 2000);
      }, () => { say("La copie n’a pas été permise par le navigateur."); });
    }
    const present = is(event.target, "[data-present]");
    if (present) document.querySelector(present.dataset.present)?.requestFullscreen?.();
  });

  /* Light, dark or as the computer: at once; the server keeps the choice as it would without a script. */
  document.addEventListener("submit", (event) => {
    const choice = is(event.target, ".themes-choice") && event.submitter?.value;
    if (!choice) return;
    event.preventDefault();
    if (choice === "auto") delete root.dataset.theme; else root.dataset.theme = choice;
    fetch(event.target.action, { method: "POST", body: new FormData(event.target, event.submitter), redirect: "manual" })
      .catch(() => say("Ce choix vaut pour cette page ; le portail n’a pas pu le garder."));
    for (const button of event.target.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === choice));
    }
  });

  /* A form that cannot be undone asks first. */
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset?.confirm;
    if (!question || event.target.dataset.confirmed) return;
    event.preventDefault();
    const { target: form, submitter } = event;
    const dialog = document.createElement("dialog");
    dialog.className = "ask-first";
    const text = document.createElement("p");
    text.textContent = question;
    text.id = "question";
    dialog.setAttribute("aria-labelledby", text.id);
    const actions = document.createElement("p");
    actions.className = "actions";
    for (const [words, kind, sure] of [["Confirmer", "btn btn-go", true], ["Annuler", "btn btn-quiet", false]]) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: kind, textContent: words, autofocus: !sure });
      button.addEventListener("click", () => {
        dialog.close();
        if (sure) { form.dataset.confirmed = "1"; form.requestSubmit(submitter); }
      });
      actions.append(button);
    }
    dialog.append(text, actions);
    dialog.addEventListener("close", () => { dialog.remove(); submitter?.focus(); });
    document.body.append(dialog);
    dialog.showModal();
  });

  /* Filters apply as they are ticked: the part of the page that answers is exchanged, the focus stays where it was. */
  const say = (words, isSeen = true) => {
    const said = document.querySelector(".said");
    if (!said) return;
    said.textContent = words;
    said.classList.toggle("visually-hidden", !isSeen);
  };

  const exchange = async (form) => {
    const part = form.closest("[data-swap]");
    const query = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = `${form.action.split("?")[0]}?${new URLSearchParams(query)}`;
    if (!part) { location.assign(address); return; }
    part.setAttribute("aria-busy", "true");
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) { location.assign(address); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(`[data-swap="${part.dataset.swap}"]`);
    if (!fresh) { location.assign(address); return; }
    const focus = document.activeElement;
    const open = [...part.querySelectorAll("details")].map((fold) => fold.open);
    part.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((fold, place) => { fold.open = fold.open || Boolean(open[place]); });
    history.pushState(null, "", address);
    shown = location.search;
    unfold();
    const same = [...fresh.querySelectorAll("input, select")].find((field) =>
      field.name === focus?.name && (field.type !== "checkbox" || field.value === focus.value) && field.type !== "hidden");
    same?.focus({ preventScroll: true });
    const place = focus instanceof HTMLInputElement && focus.type !== "checkbox" ? focus.selectionStart : null;
    if (place !== null && same?.setSelectionRange) same.setSelectionRange(place, place);
    // The page shows it already: this is for who hears it.
    say(fresh.querySelector("[role=status]")?.textContent ?? "", false);
  };

  /* Back and forward change the filters too. */
  let shown = location.search;
  addEventListener("popstate", () => { if (location.search !== shown) location.reload(); });

  let waiting = 0;
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-submit-on-change]")) return;
    clearTimeout(waiting);
    waiting = setTimeout(exchange, 120, form);
  });

  /* A fold that older browsers cannot open by style alone on a wide screen. */
  function unfold() {
    for (const fold of document.querySelectorAll("details[data-unfold]")) {
      const wide = matchMedia(fold.dataset.unfold);
      const follow = () => { fold.classList.toggle("unfolded", wide.matches); if (wide.matches) fold.open = true; };
      if (!CSS.supports("selector(::details-content)")) { follow(); wide.addEventListener("change", follow); }
    }
  }
  unfold();

  /* The list of mistakes is read first. */
  document.querySelector(".notice--bad[role=alert]")?.focus();
})();
