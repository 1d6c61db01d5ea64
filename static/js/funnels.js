// Stages of a funnel are put in order by dragging their grip; the arrows beside it do the same without this script.
(() => {
  const rows = document.querySelector("#stages tbody");
  const form = document.getElementById("order-form");
  if (!rows || !form || !window.Sortable) return;

  Sortable.create(rows, {
    handle: ".grip",
    animation: 120,
    onEnd: ({ oldIndex, newIndex }) => {
      if (oldIndex === newIndex) return;
      for (const row of rows.querySelectorAll("[data-stage]")) {
        const input = document.createElement("input");
        input.type = "hidden";
        input.name = "stage";
        input.value = row.dataset.stage;
        form.append(input);
      }
      form.requestSubmit();
    },
  });
})();
