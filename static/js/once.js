// A form is sent once: its buttons rest until the answer is there. A form that may be sent again says data-again.
(() => {
  const free = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[data-resting]")) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
      delete button.dataset.resting;
    }
  };
  const buttonsOf = (form) => [...form.elements].filter((one) => one.type === "submit" && !one.disabled);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "again" in form.dataset) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "";
    // After the browser has gathered the form: a disabled button's name and value would not be sent.
    setTimeout(() => {
      if (!("sent" in form.dataset)) return;
      for (const button of buttonsOf(form)) {
        button.disabled = true;
        button.dataset.resting = "";
        if (button === event.submitter) button.setAttribute("aria-busy", "true");
      }
    });
  }, true);

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form) free(form);
  });
  // Back from the next page: the form as it was may be sent again.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));
})();
