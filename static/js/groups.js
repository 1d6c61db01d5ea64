// Product groups are moved by dragging their grips, from any group into any other; the arrows and the form beside them
// do the same without this script.
(() => {
  const form = document.getElementById("place-form");
  const root = document.getElementById("groups");
  if (!form || !root || !window.Sortable) return;

  const drop = ({ item, from, to, oldDraggableIndex, newDraggableIndex }) => {
    root.classList.remove("dragging");
    if (from === to && oldDraggableIndex === newDraggableIndex) return;
    form.action = item.dataset.placeUrl;
    form.elements.parent.value = to.dataset.parent;
    form.elements.place.value = newDraggableIndex;
    form.requestSubmit();
  };

  for (const list of [root, ...root.querySelectorAll(".group-tree")]) {
    Sortable.create(list, {
      group: "groups",
      handle: ".grip",
      draggable: "li",
      animation: 120,
      fallbackOnBody: true,
      swapThreshold: 0.6,
      emptyInsertThreshold: 12,
      onStart: () => root.classList.add("dragging"),
      onEnd: drop,
    });
  }
  root.dataset.drags = "";
})();
