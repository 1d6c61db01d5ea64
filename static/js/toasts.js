// Notes go away by themselves, later when they offer undo, never while the pointer or the focus is on them.
(() => {
  const READ = 6000;
  const UNDO = 15000;

  const watch = (note) => {
    if (note.dataset.watched || note.matches(".error")) return;
    note.dataset.watched = "";
    const life = note.querySelector("form") ? UNDO : READ;
    let timer;
    const rest = () => clearTimeout(timer);
    const run = () => { rest(); timer = setTimeout(() => note.remove(), life); };
    note.addEventListener("pointerenter", rest);
    note.addEventListener("pointerleave", run);
    note.addEventListener("focusin", rest);
    note.addEventListener("focusout", run);
    run();
  };
  const watchAll = () => document.querySelectorAll(".toast-note").forEach(watch);

  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast-note").remove());
  document.addEventListener("htmx:afterSettle", watchAll);
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      const toasts = document.getElementById("toasts");
      if (!toasts.querySelector("[data-offline]")) {
        const note = document.getElementById("lost-connection").content.firstElementChild.cloneNode(true);
        note.dataset.offline = "";
        toasts.append(note);
      }
    });
  }
  watchAll();
})();
