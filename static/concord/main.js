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
