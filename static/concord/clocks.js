// Count what runs: texts of clocks by the server's time, and the beat of polls.

const [DAY, HOUR, MINUTE] = [86400, 3600, 60];
const units = (document.body.dataset.units || "d h m s").split(" ");
const loadedAt = Date.now();
const serverAt = Date.parse(document.body.dataset.now) || loadedAt;

/** The server's time now, in milliseconds: this computer's clock may be wrong. */
export const serverNow = () => serverAt + (Date.now() - loadedAt);

const pair = (first, firstUnit, second, secondUnit) =>
  second === "0" || second === "00" ? `${first} ${firstUnit}` : `${first} ${firstUnit} ${second} ${secondUnit}`;

/** Say seconds with two units at most; inside `fine` seconds with seconds. */
export function spanText(seconds, fine = 0) {
  const [d, h, m, s] = units;
  if (seconds < MINUTE) return `${seconds} ${s}`;
  if (seconds < fine) return pair(Math.floor(seconds / MINUTE), m, String(seconds % MINUTE).padStart(2, "0"), s);
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} ${m}`;
  if (seconds < DAY) {
    return pair(Math.floor(seconds / HOUR), h, String(Math.floor((seconds % HOUR) / MINUTE)).padStart(2, "0"), m);
  }
  return pair(Math.floor(seconds / DAY), d, String(Math.floor((seconds % DAY) / HOUR)), h);
}

// Words and colors never change here: soon and late are the worker's verdict, and come with the next fragment.
function tick() {
  const now = serverNow();
  for (const time of document.querySelectorAll("time[data-count]")) {
    const seconds = Math.floor((Date.parse(time.dateTime) - now) / 1000);
    const isDown = time.dataset.count === "down";
    const text = spanText(Math.max(0, isDown ? seconds : -seconds), isDown ? 5 * MINUTE : 0);
    if (time.textContent !== text) time.textContent = text;
    if (isDown && seconds <= 0 && !time.dataset.passed) {
      time.dataset.passed = "yes";
      time.dispatchEvent(new CustomEvent("concord:due", { bubbles: true }));
    }
  }
}

const beats = new WeakMap();

function poll() {
  if (document.hidden || document.querySelector("dialog[open]")) return;
  for (const element of document.querySelectorAll("[data-poll]")) {
    const last = beats.get(element) ?? loadedAt;
    if (Date.now() - last < Number(element.dataset.poll) * 1000) continue;
    beats.set(element, Date.now());
    window.htmx?.trigger(element, "poll");
  }
}

export function startClocks() {
  setInterval(() => {
    if (!document.hidden) tick();
    poll();
  }, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
}
