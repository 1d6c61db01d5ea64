// Tiles fetch themselves anew every minute while somebody can see them. What could not be fetched stays as it was and
// says of what time it is; a screen on the wall goes on by itself as soon as there is a connection again.
(() => {
  const EVERY = 60_000;
  const WHOLE = 60 * 60_000; // a wall takes the whole page anew, so that a new version of it arrives
  const isWall = "wall" in document.body.dataset;
  const opened = Date.now();
  let last = Date.now();

  const tiles = () => document.querySelectorAll("[data-tile]");
  const tileOf = (event) => (event.detail?.requestConfig?.elt ?? event.detail?.elt ?? event.target)?.closest?.("[data-tile]");

  const refresh = () => {
    if (document.hidden) return;
    last = Date.now();
    for (const tile of tiles()) htmx.trigger(tile, "refresh");
  };
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - last >= EVERY) refresh();
  });
  window.addEventListener("online", refresh);

  // Before anybody else hears of it: a tile without an answer is no error of the reader's, it is stale.
  const grow = (event) => {
    const tile = tileOf(event);
    if (!tile) return;
    tile.classList.add("stale");
    event.stopImmediatePropagation();
  };
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, grow, true);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const tile = tileOf(event);
    if (!tile) return;
    const { xhr } = event.detail;
    if (xhr.status === 200 && xhr.responseText.includes(`id="${tile.id}"`)) return;
    event.preventDefault(); // an error, or the page to sign in
    tile.classList.add("stale");
    if (xhr.status === 200) location.reload();
  }, true);
  document.addEventListener("htmx:afterSwap", () => {
    if (isWall && Date.now() - opened > WHOLE && !document.querySelector(".tile.stale")) location.reload();
  });

  const clock = document.querySelector("[data-clock]");
  if (clock) {
    setInterval(() => {
      clock.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.zone || undefined });
    }, 5000);
  }
})();
