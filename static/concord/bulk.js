// Many rows at once: how many are chosen, and all between two with Shift.

const boxes = () => [...document.querySelectorAll("[data-rows] .choose")];
let anchor = null;
let isShift = false;

function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = chosen;
}

function reach(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(anchor), all.indexOf(box)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const other of all.slice(from, to + 1)) other.checked = box.checked;
}

export function startBulk() {
  // A key of the row clicks its box, and such a click does not know of Shift.
  document.addEventListener("keydown", (event) => (isShift = event.shiftKey), true);
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.(".choose");
    if (!box) return;
    if (event.shiftKey || (event.detail === 0 && isShift)) reach(box);
    anchor = box;
    count();
  });
  document.addEventListener("reset", () => setTimeout(count));
  document.body.addEventListener("htmx:afterSettle", count);
  count();
}
