// On a narrow screen the steps of a deal scroll sideways: the one it stands in is brought into view.
(() => {
  const steps = document.querySelector(".steps");
  const here = steps?.querySelector("[aria-current]");
  if (here) steps.scrollLeft = here.offsetLeft - (steps.clientWidth - here.offsetWidth) / 2;
})();
