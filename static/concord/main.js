// Start the page's own script: it only adds speed to pages that work without it.
import { startBulk } from "./bulk.js";
import { startClocks } from "./clocks.js";
import { startKeys } from "./keys.js";
import { startPalette } from "./palette.js";
import { startSwaps } from "./swaps.js";
import { startToasts } from "./toasts.js";

startBulk();
startClocks();
startKeys();
startPalette();
startSwaps();
startToasts();

// Where tabs do not fit beside each other they scroll; the current one is to be seen, between its neighbours.
for (const tabs of document.querySelectorAll(".tabs")) {
  const current = tabs.querySelector("[aria-current]");
  if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
}
