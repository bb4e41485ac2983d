// Toasts: the time left for an undo, and their end.
import { serverNow } from "./clocks.js";

const started = new WeakSet();

/** Say one sentence on screen and to screen readers, when no server could. */
export function say(sentence) {
  const toast = document.createElement("div");
  toast.className = "toast warning";
  const text = document.createElement("span");
  text.textContent = sentence;
  toast.append(text);
  document.getElementById("toasts").replaceChildren(toast);
  document.getElementById("news").textContent = sentence;
}

// A toast without undo leaves when the next one comes or somebody dismisses it: reading takes the time it takes.
function run(toast) {
  started.add(toast);
  const dismiss = toast.querySelector("[data-dismiss]");
  if (dismiss) {
    dismiss.hidden = false;
    dismiss.addEventListener("click", () => toast.remove());
  }
  const until = Date.parse(toast.dataset.until);
  const left = toast.querySelector("time");
  if (!until || !left) return;
  const timer = setInterval(show, 1000);
  function show() {
    const seconds = Math.ceil((until - serverNow()) / 1000);
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds > 0 && toast.isConnected) return;
    clearInterval(timer);
    if (!toast.contains(document.activeElement)) toast.remove();
  }
  show();
}

export function startToasts() {
  for (const toast of document.querySelectorAll(".toast")) if (!started.has(toast)) run(toast);
}
