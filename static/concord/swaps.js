// What happens around a swap: dialogs open, focus finds its place, failures are said.
import { focusRow, rows, tidyRows } from "./keys.js";
import { startToasts, say } from "./toasts.js";

const { problem, refused } = document.body.dataset;
/** Where each answer's request came from: polls and panels must not disturb a move under way. */
const origins = new WeakMap();

/** Remember, before a swap, which row the request came from and which one follows it. */
function remember(event) {
  const { requestConfig, elt, xhr } = event.detail;
  const source = requestConfig?.elt ?? elt;
  const row = source.closest?.("[data-row]") ?? document.querySelector("[data-row].focus");
  const list = rows();
  const at = list.indexOf(row);
  origins.set(xhr, {
    row,
    hadFocus: Boolean(source.closest?.("[data-row]")) || source.closest?.("dialog") !== null,
    advances: xhr.status < 400 && (source.matches?.("[data-advance]") ?? false),
    next: list[at + 1] ?? list[at - 1] ?? null,
    isSettled: false,
  });
}

const ASKS_FOCUS = "[data-focus], [autofocus]";
const FIRST_CONTROL = ".dbody :is(input:not([type=hidden], :disabled), select, textarea, button, a[href])";

function settleFocus(fresh, origin) {
  const wanted = fresh?.matches?.(ASKS_FOCUS) ? fresh : fresh?.querySelector?.(ASKS_FOCUS);
  if (wanted) return wanted.focus();
  if (!origin?.hadFocus || origin.isSettled || document.querySelector("dialog[open]")) return;
  if (document.activeElement && document.activeElement !== document.body && !origin.advances) return;
  const same = origin.row?.id ? document.getElementById(origin.row.id) : null;
  const place = origin.advances || !same ? origin.next : same;
  if (place?.isConnected) return focusRow(place);
  const heading = document.querySelector("main h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}

function openDialogs() {
  for (const dialog of document.querySelectorAll("dialog[data-modal]:not([open])")) {
    dialog.showModal();
    dialog.addEventListener("close", () => dialog.remove(), { once: true });
    const first = dialog.querySelector(`${ASKS_FOCUS}, [aria-invalid=true]`) ?? dialog.querySelector(FIRST_CONTROL);
    first?.focus();
  }
}

function arrive(fresh, origin) {
  openDialogs();
  startToasts();
  if (fresh?.matches?.("[data-row]") || origin?.row?.isConnected === false) tidyRows();
  settleFocus(fresh, origin);
  if (origin) origin.isSettled = true;
}

const closeDialogs = () => document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());

export function startSwaps() {
  const { body } = document;
  body.addEventListener("htmx:beforeSwap", remember);
  body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = event.detail;
    const dialog = elt.closest("dialog");
    // A field that loses focus because its dialog closes has nothing more to ask.
    if (dialog && !dialog.open) return event.preventDefault();
    // What it asked before, and hears too late, finds its place gone.
    if (dialog && requestConfig.verb === "get") {
      elt.addEventListener("htmx:beforeOnLoad", (late) => dialog.isConnected || late.preventDefault(), { once: true });
    }
  });
  body.addEventListener("htmx:afterSettle", ({ target, detail }) => arrive(target, origins.get(detail.xhr)));
  // Where a swap only took something away, nothing new settles.
  body.addEventListener("htmx:afterRequest", ({ detail }) => {
    const origin = origins.get(detail.xhr);
    if (detail.successful && origin) setTimeout(() => origin.isSettled || arrive(null, origin), 60);
  });
  body.addEventListener("concord:close", closeDialogs);
  body.addEventListener("concord:focus", (event) => {
    const element = document.querySelector(event.detail.target);
    if (element?.matches("[data-row]")) focusRow(element);
    else element?.focus();
  });
  body.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  });
  body.addEventListener("htmx:sendError", () => say(problem));
  body.addEventListener("htmx:timeout", () => say(problem));
  body.addEventListener("htmx:responseError", () => say(refused));
}
