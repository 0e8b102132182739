/* Answering a review without leaving the page: each answer is sent as it is given. Without this file, each line has its
   own button. K keeps, R removes, arrows up and down go from line to line; left and right stay those of the radios. */
"use strict";

(() => {
  const review = document.querySelector("[data-review]");
  if (!review) return;
  const said = review.querySelector("[data-said]");
  const rows = () => [...review.querySelectorAll("tr:has([data-answer])")];
  const say = (words) => { said.textContent = words; };

  const tell = (row, answer) => {
    row.dataset.outcome = answer.reponse;
    row.querySelector("[name=version]").value = answer.version;
    review.querySelector("[data-done]").textContent = answer.faits;
    review.querySelector("[data-total]").textContent = answer.total;
    const bar = review.querySelector(".review-far progress");
    bar.max = answer.total || 1;
    bar.value = answer.faits;
    review.querySelector("[data-removing]").textContent = answer.retraits;
    const last = review.querySelector("[data-confirm-link]");
    last.classList.toggle("btn-go", answer.retraits > 0);
    last.classList.toggle("btn-quiet", answer.retraits === 0);
  };

  /* One at a time for each line, and never the same answer twice: Enter in the reason both changes and sends. */
  const waiting = new WeakMap();
  const sent = new WeakMap();
  const send = (form) => {
    const next = (waiting.get(form) ?? Promise.resolve(true)).then(() => sendNow(form));
    waiting.set(form, next);
    return next;
  };

  const sendNow = async (form) => {
    const row = form.closest("tr");
    const who = row.querySelector("th").firstChild.textContent.trim();
    const note = form.querySelector("[name=note]");
    const choice = form.querySelector("[name=answer]:checked");
    if (!choice) return false;
    if (choice.value === "keep" && note.matches("[data-needed]") && !note.value.trim()) {
      note.focus();
      say("Dites pourquoi le garder, puis Entrée.");
      return false;
    }
    const given = `${choice.value} ${note.value.trim()}`;
    if (sent.get(form) === given) return true;
    const body = new FormData(form);
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" })
      .catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok || !told) {
      note.toggleAttribute("aria-invalid", answer?.status === 422);
      say([told?.erreur, answer?.status === 409 && told?.que_faire].filter(Boolean).join(" ") || "Le portail ne répond pas : cette réponse n’est pas enregistrée. Réessayez.");
      row.dataset.outcome = "refused";
      return false;
    }
    note.removeAttribute("aria-invalid");
    sent.set(form, given);
    tell(row, told);
    say(`${who} : ${told.etat}. Enregistré.`);
    return true;
  };

  const go = (row) => {
    const radio = row?.querySelector("[name=answer]:checked") ?? row?.querySelector("[name=answer]");
    radio?.focus();
    row?.scrollIntoView({ block: "nearest" });
  };

  review.addEventListener("change", (event) => {
    const form = event.target.closest("[data-answer]");
    if (form && (event.target.name === "answer" || form.querySelector("[name=answer]:checked"))) send(form);
  });

  review.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-answer]");
    if (!form) return;
    event.preventDefault();
    send(form);
  });

  document.addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input:not([type=radio]), textarea, select")) return;
    const here = document.activeElement?.closest?.("tr:has([data-answer])");
    const all = rows();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!here) return;
      event.preventDefault();
      go(all[all.indexOf(here) + (event.key === "ArrowDown" ? 1 : -1)]);
      return;
    }
    const choice = { k: "keep", r: "remove" }[event.key.toLowerCase()];
    if (!choice) return;
    const row = here ?? all.find((one) => one.dataset.outcome === "pending");
    if (!row) return;
    event.preventDefault();
    const radio = row.querySelector(`[name=answer][value=${choice}]`);
    radio.checked = true;
    radio.focus();
    if (await send(radio.form)) go(all[all.indexOf(row) + 1]);
  });
})();
