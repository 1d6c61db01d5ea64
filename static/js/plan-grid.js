// The grid of a sales plan: arrows and Enter move, a block copied from Excel is pasted cell by cell, Ctrl+Z takes back.
// The form works without it; with it only cells that were changed are sent.
(() => {
  const table = document.querySelector(".plan-grid[data-bad]");
  const form = document.getElementById("plan-form");
  if (!table || !form) return;

  const rows = [...table.tBodies[0].rows];
  const inputs = [...table.querySelectorAll("input")];
  const changes = form.querySelector("[data-changes]");
  const undone = []; // batches of [input, value before], the latest last
  const was = (input) => input.dataset.was ?? input.defaultValue;
  const bare = (text) => text.replace(/[\s\u00a0\u202f'’]/g, "").replace(/\u2212/g, "-");
  const isChanged = (input) => bare(input.value) !== bare(was(input));
  // A first look; what a number is, and how large it may be, the server says.
  const isNumber = (text) => /^\d*([.,]\d*)*$/.test(bare(text).replace(/(руб(лей|ля|ль)?\.?|р\.?|₽)$/i, ""));

  const said = (input) => input.parentElement.querySelector(".said-below");
  const mark = (input) => {
    input.classList.toggle("changed", isChanged(input));
    const isBad = !isNumber(input.value);
    if (isBad === input.hasAttribute("data-bad")) return;
    input.toggleAttribute("data-bad", isBad);
    input.parentElement.classList.toggle("wrong", isBad);
    if (isBad) {
      input.setAttribute("aria-invalid", "true");
      const note = document.createElement("span");
      note.className = "said-below";
      note.id = `${input.name}-bad`;
      note.textContent = table.dataset.bad;
      if (!said(input)) input.after(note);
      input.setAttribute("aria-describedby", said(input).id);
    } else {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      said(input)?.remove();
    }
  };
  // What the server said of a text is no longer true of another one; a value of somebody else's stays in view.
  const forget = (input) => {
    const note = said(input);
    if (!note || input.hasAttribute("data-bad") || note.querySelector("[data-take]")) return;
    note.remove();
    input.parentElement.classList.remove("wrong");
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  };
  const tell = (more = "") => {
    const count = inputs.filter(isChanged).length;
    table.classList.toggle("waits", count > 0);
    changes.textContent = [count ? `${table.dataset.changed} ${count}` : "", more].filter(Boolean).join(". ");
  };

  const write = (input, text) => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const place = (input) => {
    const cell = input.closest("td");
    return [rows.indexOf(cell.parentElement), cell.cellIndex];
  };
  const at = (row, column) => rows[row]?.cells[column]?.querySelector("input") ?? null;
  const go = (input, down, right) => {
    let [row, column] = place(input);
    for (;;) {
      row += down;
      column += right;
      if (!rows[row]?.cells[column]) return false;
      const next = at(row, column);
      if (next) {
        next.focus();
        next.select();
        return true;
      }
    }
  };

  let before = "";
  table.addEventListener("focusin", ({ target }) => {
    if (target.matches("input")) before = target.value;
  });
  table.addEventListener("change", ({ target }) => {
    if (target.matches("input") && target.value !== before) {
      undone.push([[target, before]]);
      before = target.value;
    }
  });
  table.addEventListener("input", ({ target }) => {
    if (!target.matches("input")) return;
    forget(target);
    mark(target);
    tell();
  });

  table.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("input") || event.isComposing) return;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0] }[event.key];
    const aside = {
      ArrowLeft: (whole || input.selectionEnd === 0) && [0, -1],
      ArrowRight: (whole || input.selectionStart === input.value.length) && [0, 1],
    }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) {
      // By its place on the keyboard, so that it is heard in the Russian layout.
      if ((event.ctrlKey || event.metaKey) && event.code === "KeyZ" && !event.shiftKey && input.value === before && undone.length) {
        event.preventDefault();
        const batch = undone.pop();
        for (const [one, text] of batch) write(one, text);
        batch[0][0].focus();
        before = batch[0][0].value;
      }
    } else if (event.key === "Escape" && input.value !== before) {
      write(input, before);
      event.stopPropagation();
    } else if (step || aside) {
      if (event.key === "Enter" || (step && !event.shiftKey) || (aside && !event.shiftKey)) {
        event.preventDefault();
        go(input, ...(step || aside));
      }
    }
  });

  table.addEventListener("paste", (event) => {
    const input = event.target;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!input.matches("input") || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [row, column] = place(input);
    const batch = [];
    let skipped = 0;
    text.split("\n").forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const one = at(row + down, column + right);
        if (!one) {
          skipped += value.trim() ? 1 : 0;
          return;
        }
        batch.push([one, one === input ? before : one.value]);
        write(one, value.trim());
      });
    });
    undone.push(batch);
    before = input.value;
    tell(skipped ? `${table.dataset.skipped} ${skipped}` : "");
  });

  for (const button of table.querySelectorAll("[data-take]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const input = button.closest("td").querySelector("input");
      write(input, button.dataset.take);
      input.focus();
    });
  }

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    for (const input of inputs) input.disabled = !isChanged(input) && !said(input);
  });
  window.addEventListener("pageshow", () => {
    for (const input of inputs) input.disabled = false;
    inputs.forEach(mark);
    tell();
  });
})();
