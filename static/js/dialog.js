// A link with data-dialog opens its page in the dialog; without this script it is a page like any other.
// The page extends shell.layout, so that htmx gets it without the frame (HX-Target: dialog-body). A form in it posts by
// hx-post with hx-target="#dialog-body"; a saved one answers with HX-Redirect, HX-Refresh or HX-Trigger: close-dialog.
(() => {
  const dialog = document.getElementById("dialog");
  const body = document.getElementById("dialog-body");
  if (!dialog) return;
  let shown = [];

  const mayClose = () => !body.querySelector("form[data-dirty]") || confirm(dialog.dataset.lose);
  const close = () => dialog.close();

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.querySelectorAll("[popover]:popover-open").forEach((sheet) => sheet.hidePopover());
    htmx.ajax("GET", link.href, { source: link, target: "#dialog-body", swap: "innerHTML" });
  });

  // After settling: only then are the fields listened to, so that nothing typed at once goes unheard.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== body) return;
    shown = [...body.childNodes];
    if (!dialog.open) dialog.showModal();
    (body.querySelector(".is-invalid") ?? body.querySelector("[autofocus]") ?? body.querySelector(".sheet-body input:not([type=hidden]), .sheet-body textarea"))?.focus();
  });

  dialog.addEventListener("cancel", (event) => {
    if (!mayClose()) event.preventDefault();
  });
  dialog.addEventListener("submit", (event) => {
    if (event.target.method !== "dialog") return;
    event.preventDefault();
    if (mayClose()) close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && mayClose()) close();
  });
  dialog.addEventListener("close", () => {
    // The browser tells it a frame later: the next page may be on its way in by then, and stays.
    if (!dialog.open) for (const node of shown) node.remove();
  });
  document.addEventListener("close-dialog", close);
})();
