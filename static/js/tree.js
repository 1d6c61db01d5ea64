// Rows with rows below them fold. Without this script they all stand open. What was folded stays so in this tab.
(() => {
  const key = `takt-folded:${location.pathname}`;
  const read = () => {
    try { return new Set(JSON.parse(sessionStorage.getItem(key) || "[]")); } catch { return new Set(); }
  };
  const folded = read();
  const keep = () => {
    try { sessionStorage.setItem(key, JSON.stringify([...folded])); } catch { /* a closed storage forgets */ }
  };

  const show = (table) => {
    const rows = [...table.tBodies[0].rows];
    const byLine = new Map(rows.map((row) => [row.dataset.line, row]));
    for (const row of rows) {
      let above = byLine.get(row.dataset.parent);
      let hidden = false;
      while (above && !hidden) {
        hidden = folded.has(above.dataset.line);
        above = byLine.get(above.dataset.parent);
      }
      row.hidden = hidden;
    }
    for (const button of table.querySelectorAll(".fold")) {
      const line = button.closest("tr").dataset.line;
      const isOpen = line === undefined ? !parentsOf(table).some((one) => folded.has(one)) : !folded.has(line);
      button.setAttribute("aria-expanded", isOpen);
      button.setAttribute("aria-label", isOpen ? table.dataset.fold : table.dataset.unfold);
    }
  };
  const parentsOf = (table) => {
    const lines = new Set([...table.tBodies[0].rows].map((row) => row.dataset.line));
    return [...new Set([...table.tBodies[0].rows].map((row) => row.dataset.parent))].filter((one) => lines.has(one));
  };
  const buttonIn = (cell) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold";
    cell.prepend(button);
  };

  const prepare = () => {
    for (const table of document.querySelectorAll("table[data-tree]:not(.folds)")) {
      const parents = new Set(parentsOf(table));
      if (!parents.size) continue;
      table.classList.add("folds");
      buttonIn(table.tHead.rows[0].cells[0]);
      for (const row of table.tBodies[0].rows) if (parents.has(row.dataset.line)) buttonIn(row.cells[0]);
      show(table);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".fold");
    if (!button) return;
    const table = button.closest("table");
    const line = button.closest("tr").dataset.line;
    const wasOpen = button.getAttribute("aria-expanded") === "true";
    for (const one of line === undefined ? parentsOf(table) : [line]) {
      if (wasOpen) folded.add(one);
      else folded.delete(one);
    }
    keep();
    show(table);
  });
  document.addEventListener("htmx:afterSettle", prepare);
  prepare();
})();
