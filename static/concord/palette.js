// The palette: what is typed is looked up by the server; arrows choose, Enter does it.

const palette = document.getElementById("palette");
const field = palette?.querySelector("[role=combobox]");
const list = palette?.querySelector("[role=listbox]");
let isAwaited = false;
// The text whose answer stands there, settled: what is only just swapped in does not act yet.
let answered = null;
const options = () => [...list.querySelectorAll(".opt")];

/** Open the palette for the focused row; say whether this page has one. */
export function openPalette() {
  if (!palette || document.querySelector("dialog[open]")) return false;
  palette.querySelector("[name=row]").value = document.querySelector("[data-row].focus")?.id ?? "";
  field.value = "";
  isAwaited = false;
  answered = null;
  list.replaceChildren();
  palette.showModal();
  field.focus();
  window.htmx?.trigger(field, "palette");
  return true;
}

function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  choose(all[(at + by + all.length) % all.length]);
}

const isAnswered = () => answered === field.value.trim();

function onKey(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    // What is shown may still answer an earlier text: then Enter waits for its own answer.
    isAwaited = !isAnswered();
    if (!isAwaited) list.querySelector("[aria-selected=true]")?.click();
  }
}

function arrive() {
  answered = list.querySelector("[data-for]")?.dataset.for ?? null;
  choose(options()[0]);
  if (!isAwaited || !isAnswered()) return;
  isAwaited = false;
  options()[0]?.click();
}

export function startPalette() {
  if (!palette) return;
  field.addEventListener("keydown", onKey);
  list.addEventListener("htmx:beforeSwap", () => (answered = null));
  list.addEventListener("htmx:afterSettle", arrive);
  // The answer to a choice belongs to the page, which must not lie behind the palette.
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (list.contains(detail.requestConfig.elt)) palette.close();
  });
  palette.addEventListener("click", (event) => event.target === palette && palette.close());
  // Where nothing had the focus before, the hidden field keeps it until the next frame, and swallows keys.
  palette.addEventListener("close", () => field.blur());
  for (const link of document.querySelectorAll("[data-palette]")) {
    link.addEventListener("click", (event) => openPalette() && event.preventDefault());
  }
}
