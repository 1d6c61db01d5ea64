// The board: a card moves by keys (← →), by its menu, and by dragging. Each sends the same form; the answer brings both
// columns as they stand then. Where a stage asks for something, the answer is its form, and it opens in the dialog.
(() => {
  let moved = null; // id of the card that was moved here, to be focused and shown in its new place

  const board = () => document.getElementById("board");
  const columnsOf = () => [...document.querySelectorAll("#board .column")];
  const neighbour = (card, step) => {
    const columns = columnsOf();
    return columns[columns.indexOf(card.closest(".column")) + step];
  };

  const move = (card, column) => {
    moved = card.id;
    htmx.ajax("POST", card.dataset.move, {
      source: card,
      swap: "none",
      values: { stage: column.dataset.stage, board: board().dataset.board },
    });
  };

  document.addEventListener("keydown", (event) => {
    const card = event.target.closest?.(".card-deal");
    if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Enter") {
      event.preventDefault();
      location.assign(card.dataset.open);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const column = neighbour(card, event.key === "ArrowLeft" ? -1 : 1);
      event.preventDefault();
      if (column) move(card, column);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const cards = [...card.parentElement.querySelectorAll(".card-deal")];
      const next = cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)];
      event.preventDefault();
      next?.focus();
    }
  });

  // Where the reader saw the card, which somebody else may have moved since: that column is drawn anew as well.
  document.addEventListener("htmx:configRequest", (event) => {
    const card = document.querySelector(`.card-deal[data-move="${CSS.escape(event.detail.path)}"]`);
    if (card && event.detail.verb === "post") event.detail.parameters.seen_in = card.closest(".column").dataset.stage;
  });

  // Dragging only where there is a mouse: on a touch screen a swipe goes through the columns.
  const drags = () => {
    if (!window.Sortable || !matchMedia("(pointer: fine)").matches) return;
    for (const cards of document.querySelectorAll("[data-cards]:not([data-drags])")) {
      cards.dataset.drags = "";
      Sortable.create(cards, {
        group: "deals",
        sort: false,
        draggable: ".card-deal",
        filter: ".btn-icon, .more",
        preventOnFilter: false,
        onEnd: ({ item, from, to, oldIndex }) => {
          // Dragging leaves empty style attributes, which htmx would copy and the content policy then report.
          for (const one of document.querySelectorAll('#board [style=""]')) one.removeAttribute("style");
          if (from === to) return;
          // The server decides: until it has answered, the card stands where it stood.
          from.insertBefore(item, from.children[oldIndex] ?? null);
          move(item, to.closest(".column"));
        },
      });
    }
  };

  document.addEventListener("htmx:afterSettle", drags);
  document.addEventListener("htmx:oobAfterSwap", () => {
    drags();
    const card = moved && document.getElementById(moved);
    if (!card || document.querySelector("dialog[open]")) return;
    card.classList.add("moved");
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  drags();

  // The stage shown on a phone is marked in the switch above.
  const mark = () => {
    const shown = columnsOf().find((column) => column.getBoundingClientRect().right > 60);
    for (const link of document.querySelectorAll(".board-switch a")) {
      link.toggleAttribute("aria-current", shown && link.hash === `#${shown.id}`);
    }
  };
  document.addEventListener("scroll", mark, { capture: true, passive: true });
  mark();
})();
