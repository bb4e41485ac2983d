// Keys: rows by j, k and arrows, actions of the marked row, g and a letter to go elsewhere.
import { openPalette } from "./palette.js";

const isOn = document.body.dataset.keys === "on";
const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
const MENU = "details[data-menu][open]";
const CHORD_MS = 1500;
let chordAt = 0;

export const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];

/** Make one row the row: focus, accent, the only one in the tab order. */
export function focusRow(row, { scroll = true } = {}) {
  markRow(row);
  row.focus({ preventScroll: !scroll });
  if (scroll) row.scrollIntoView({ block: "nearest" });
}

function markRow(row) {
  for (const other of rows()) {
    other.classList.toggle("focus", other === row);
    other.tabIndex = other === row ? 0 : -1;
    if (other === row) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  showPanel(row);
}

/** Keep one row in the tab order, as after a swap, and read its panel anew. */
export function tidyRows() {
  const list = rows();
  const marked = list.find((row) => row.classList.contains("focus")) ?? list[0];
  panelOf = "";
  if (marked) markRow(marked);
}

let panelTimer = 0;
let panelOf = "";

function showPanel(row) {
  const panel = document.getElementById("panel");
  const url = row.dataset.panel;
  if (!url || url === panelOf || !panel?.offsetParent) return;
  clearTimeout(panelTimer);
  panelTimer = setTimeout(() => {
    panelOf = url;
    window.htmx?.ajax("GET", url, { source: panel, target: panel, swap: "innerHTML" });
  }, 120);
}

function step(by) {
  const list = rows();
  if (!list.length) return false;
  const at = list.findIndex((row) => row.contains(document.activeElement));
  const marked = list.findIndex((row) => row.classList.contains("focus"));
  const next = at < 0 ? Math.max(marked, 0) : Math.min(Math.max(at + by, 0), list.length - 1);
  focusRow(list[next]);
  return true;
}

/** The row that keys act on: the one with the focus, the marked one while nothing else has it. */
function rowAt(element) {
  if (element === document.body) return document.querySelector("[data-rows] [data-row].focus");
  return element?.closest("[data-row]");
}

function press(scope, key) {
  const wanted = key.length === 1 ? key.toUpperCase() : key;
  const twins = [...scope.querySelectorAll(`[data-key="${CSS.escape(wanted)}"]`)];
  const target = twins.find((element) => element.offsetParent || element.matches(".tile input")) ?? null;
  target?.focus();
  target?.click();
  return Boolean(target);
}

function go(letter) {
  chordAt = 0;
  return act(`.rail [data-go="${CSS.escape(letter)}"]`, "click");
}

function startChord() {
  chordAt = Date.now();
  return true;
}

function anywhere(event) {
  const { key } = event;
  if (key === "ArrowDown" || key === "ArrowUp") {
    return Boolean(document.activeElement?.closest("[data-row]")) && step(key === "ArrowDown" ? 1 : -1);
  }
  if (key === "Escape") return closeMenus();
  if (!isOn) return false;
  if (Date.now() - chordAt < CHORD_MS && /^[a-z]$/.test(key)) return go(key);
  if (key === "g") return startChord();
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  if (key === "?") return act("[data-help]", "click");
  if (key === "/") return openPalette();
  if (key === "z") return act("[data-undo]", "click");
  return false;
}

/** Call `verb` ("click", "focus") on the first match; say whether there was one. */
function act(selector, verb) {
  const element = document.querySelector(selector);
  element?.[verb]();
  return Boolean(element);
}

function inRow(event, row) {
  if (event.key === "Enter" && [row, document.body].includes(event.target)) {
    row.querySelector("[data-open]")?.click();
    return true;
  }
  // After "g" a letter names a place, not an action of the row.
  return isOn && Date.now() - chordAt >= CHORD_MS && press(row, event.key);
}

/** Keys of a page that has no rows, as a dossier: declared on its buttons inside [data-keys-scope]. */
function onPage(event) {
  const scope = document.querySelector("[data-keys-scope]");
  return isOn && Boolean(scope) && press(scope, event.key);
}

function closeMenus() {
  const menu = document.querySelector(MENU);
  if (!menu) return false;
  menu.open = false;
  menu.querySelector("summary").focus();
  return true;
}

function onKey(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k" && openPalette()) return event.preventDefault();
  const dialog = document.querySelector("dialog[open]");
  if ((event.metaKey || event.ctrlKey) && event.key === "Enter" && dialog) {
    event.preventDefault();
    return dialog.querySelector("form[method=post]")?.requestSubmit();
  }
  if (event.metaKey || event.ctrlKey || event.target.closest(TYPING)) return;
  const row = rowAt(event.target);
  const done = dialog ? isOn && press(dialog, event.key) : (row && inRow(event, row)) || anywhere(event) || onPage(event);
  if (done) event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row && !row.classList.contains("focus")) markRow(row);
  });
  document.addEventListener("click", (event) => {
    const menu = document.querySelector(MENU);
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  tidyRows();
}
