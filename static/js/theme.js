// The theme changes where the reader stands; without this script the form is sent and the page comes back.
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("themeSwitch" in form.dataset)) return;
    event.preventDefault();
    const theme = event.submitter.value;
    const data = new FormData(form, event.submitter);
    if (theme === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = theme;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", button.value === theme);
    fetch(form.action, { method: "POST", body: data, redirect: "manual" });
  });
})();
