// Warns before what was typed into a posting form is lost. Forms of switches and filters say data-loses-nothing.
(() => {
  const isDirty = (form) => "dirty" in form.dataset;
  const clean = (form) => delete form.dataset.dirty;

  // A form that came back with errors holds what was typed, too.
  const markReturned = () => {
    for (const field of document.querySelectorAll("form .is-invalid")) {
      if (field.form?.method === "post") field.form.dataset.dirty = "";
    }
  };

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method === "post" && !("losesNothing" in form.dataset)) form.dataset.dirty = "";
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) clean(event.target);
  });
  document.addEventListener("reset", (event) => clean(event.target));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form");
    if (form && event.detail.successful && event.detail.requestConfig.verb !== "get") clean(form);
  });
  document.addEventListener("htmx:afterSettle", markReturned);
  markReturned();
  window.addEventListener("beforeunload", (event) => {
    if ([...document.forms].some(isDirty)) event.preventDefault();
  });
})();
