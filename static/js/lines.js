// Rows of an order: one more without a request, one out by its button. Without scripts «More lines» asks the server,
// and a row whose product is emptied is none.
(() => {
  const box = document.querySelector("[data-lines]");
  if (!box) return;
  const rows = box.querySelector(".lines-rows");
  const pattern = box.querySelector("template");
  const total = box.querySelector("[name$='-TOTAL_FORMS']");
  const arm = (row) => { row.querySelector("[data-empty]").hidden = false; };

  box.querySelector("[name='again']").addEventListener("click", (event) => {
    event.preventDefault();
    const holder = document.createElement("div");
    holder.innerHTML = pattern.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.querySelector("[data-line]");
    total.value = Number(total.value) + 1;
    rows.append(row);
    arm(row);
    htmx.process(row);
    row.querySelector("input:not([type='hidden'])").focus();
  });

  rows.addEventListener("click", (event) => {
    const row = event.target.closest("[data-empty]")?.closest("[data-line]");
    if (!row) return;
    for (const input of row.querySelectorAll("input:not([type='hidden'])")) input.value = "";
    row.hidden = true;
    row.dispatchEvent(new Event("input", { bubbles: true }));
    row.dispatchEvent(new CustomEvent("emptied", { bubbles: true }));
  });

  // Enter in a row goes on to the sums, not away from the page.
  rows.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  for (const row of rows.querySelectorAll("[data-line]")) arm(row);
})();
