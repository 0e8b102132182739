/* A board in its frame: opened by a ticket of ours, watched, and explained when it does not come.
   The SDK never says that a frame is blocked, so we ask the frame for its height and count the seconds. */
"use strict";

(() => {
  const PATIENCE = 4500;  // ms before we say that nothing comes: the page promises 5 s
  const AGAIN = 3000;     // ms between two looks at a system that starts or is silent
  const box = document.querySelector(".embed[data-token-url]");
  if (!box) return;
  const place = box.querySelector(".embed__frame");
  const root = document.documentElement;
  const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

  /* One sentence at a time; none once the board is there. */
  const say = (when) => {
    box.dataset.state = when;
    for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== when;
  };

  class Closed extends Error {
    constructor(when) { super(when); this.when = when; }
  }

  /* A fresh ticket; the server checks the right each time. Throws Closed with the state to tell. */
  const ask = async () => {
    let answer;
    try {
      answer = await fetch(box.dataset.tokenUrl, {
        method: "POST", body: "{}", redirect: "error", signal: AbortSignal.timeout(15000),
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": box.dataset.csrf },
      });
    } catch { throw new Closed("muet"); }
    const said = await answer.json().catch(() => ({}));
    if (answer.ok && said.jeton) return said;
    if (answer.status === 401) throw new Closed("session");
    if (answer.status === 404 || said.etat === "refuse") throw new Closed("refuse");
    if (answer.status === 403) throw new Closed("session");
    throw new Closed(said.etat === "demarre" ? "demarre" : "muet");
  };

  const isFinal = (when) => when === "refuse" || when === "session";

  /* Until the system answers; the reader may leave and come back. */
  const ready = async () => {
    for (;;) {
      await wait(AGAIN);
      const answer = await fetch(box.dataset.stateUrl, { headers: { Accept: "application/json" } }).catch(() => null);
      if (answer?.status === 401) throw new Closed("session");
      const said = await answer?.json().catch(() => null);
      if (said?.etat === "pret") return;
      if (said?.etat) say(said.etat);
    }
  };

  const isDark = () => root.dataset.theme === "dark" ||
    (root.dataset.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);

  /* The frame's first word: its height. Resolves when it speaks, however late. */
  const speaks = async (board) => {
    for (;;) {
      const size = await board.getScrollSize().catch(() => null);
      if (size) return;
      await wait(300);
    }
  };

  const settle = (board) => {
    const follow = () => board.setThemeMode(isDark() ? "dark" : "default");
    follow();
    new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
    /* A frame never tells that it is too high: start low, then follow what it holds. */
    const opened = place.querySelector("iframe");
    if (opened) opened.style.minHeight = "24rem";
    const grow = async () => {
      const size = await board.getScrollSize().catch(() => null);
      const frame = place.querySelector("iframe");
      if (size?.height > 200 && frame && !document.fullscreenElement) frame.style.height = `${size.height}px`;
      if (frame) setTimeout(grow, 1000);
    };
    grow();
  };

  const open = async () => {
    if (box.dataset.state !== "demarre") say("pret");
    let board = null;
    const leave = (when) => { board?.unmount(); place.replaceChildren(); say(when); };
    const late = setTimeout(() => say("muet"), PATIENCE);
    try {
      let first = await ask();
      board = await window.supersetEmbeddedSdk.embedDashboard({
        id: first.tableau,
        supersetDomain: first.adresse,
        mountPoint: place,
        iframeTitle: box.getAttribute("aria-label"),
        referrerPolicy: "strict-origin-when-cross-origin",
        dashboardUiConfig: { hideTitle: true, filters: { visible: true, expanded: false } },
        fetchGuestToken: async () => {
          const ticket = first ?? await ask().catch((error) => {
            if (isFinal(error.when)) leave(error.when);
            throw error;
          });
          first = null;
          return ticket.jeton;
        },
      });
      await speaks(board);
    } finally { clearTimeout(late); }
    say("");
    settle(board);
  };

  /* On a phone the board is wider than its place: the keys may slide it too. */
  new ResizeObserver(() => {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }).observe(place);

  const run = async () => {
    if (!window.supersetEmbeddedSdk) { say("muet"); return; }
    for (let pause = AGAIN; ; pause = Math.min(2 * pause, 60000)) {
      try {
        if (box.dataset.state === "demarre" || box.dataset.state === "muet") await ready();
        await open();
        return;
      } catch (error) {
        say(error.when ?? "muet");
        if (isFinal(error.when)) return;
        // The system answers but does not have this board yet: look again in a while.
        await wait(pause);
      }
    }
  };

  run();
})();
