// Choosing among what a search has found by keys: ↓ ↑ go through it, Enter takes the one marked or, where a form says
// data-picker="first", the first; else Enter searches. What may be chosen are links of the class .pick or .hit.
// In the dialog a choice is loaded into it; on a page of its own it is a link like any other.
(() => {
  const picksOf = (form) => [...document.querySelectorAll(`#${form.querySelector("[aria-controls]").getAttribute("aria-controls")} :is(a.pick, a.hit)`)];
  const mark = (picks, chosen) => {
    for (const pick of picks) pick.classList.toggle("on", pick === chosen);
    chosen?.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-picker]");
    if (!form || !event.target.matches("input") || event.isComposing) return;
    const picks = picksOf(form);
    const at = picks.findIndex((pick) => pick.classList.contains("on"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(picks, picks[Math.min(Math.max(at + step, 0), picks.length - 1)]);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      // What stands there answers what was typed only when no request is on its way.
      const first = form.dataset.picker === "first" && !document.querySelector(".htmx-request");
      const chosen = picks[at] ?? (first ? picks[0] : undefined);
      if (!chosen) return;
      event.preventDefault();
      chosen.click();
    }
  });

  document.addEventListener("click", (event) => {
    const pick = event.target.closest("a.pick");
    if (!pick || !pick.closest("dialog") || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    htmx.ajax("GET", pick.href, { source: pick, target: "#dialog-body", swap: "innerHTML" });
  });
})();
