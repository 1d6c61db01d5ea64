// Choosing a client for the quick log by keys: ↓ ↑ go through what was found, Enter takes the one marked or the first.
// In the dialog a choice is loaded into it; on a page of its own it is a link like any other.
(() => {
  const picksOf = (form) => [...document.querySelectorAll(`#${form.querySelector("[aria-controls]").getAttribute("aria-controls")} .pick`)];
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
      const waits = document.querySelector(".htmx-request");
      const chosen = picks[at] ?? (waits ? undefined : picks[0]);
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
