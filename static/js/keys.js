// Keyboard shortcuts by the place of a key, so that they work in the Cyrillic layout too.
// An element with data-key="KeyC" (a KeyboardEvent.code) is focused if it takes text, else clicked.
(() => {
  const takesText = (element) =>
    element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  const isShown = (element) => element.getClientRects().length > 0;
  // A field of a window just closed holds the focus for a frame more: nobody is typing there.
  const isTyping = (event) => takesText(event.target) && isShown(event.target);

  const save = (event) => {
    const form = event.target.closest("form");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  };

  document.addEventListener("keydown", (event) => {
    if (event.code === "Enter" && (event.ctrlKey || event.metaKey)) return save(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.shiftKey) {
      if (event.code !== "Slash") return;
      event.preventDefault();
      document.getElementById("keys").showModal();
      return;
    }
    const target = [...document.querySelectorAll(`[data-key="${CSS.escape(event.code)}"]`)].find(isShown);
    if (!target) return;
    event.preventDefault();
    if (takesText(target)) {
      target.focus();
      target.select?.();
    } else {
      target.click();
    }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) document.getElementById(opener.dataset.opens).showModal();
  });
})();
