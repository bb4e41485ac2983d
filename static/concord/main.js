// Start the page's own script: it only adds speed to pages that work without it.
import { startClocks } from "./clocks.js";
import { startKeys } from "./keys.js";
import { startPalette } from "./palette.js";
import { startSwaps } from "./swaps.js";
import { startToasts } from "./toasts.js";

startClocks();
startKeys();
startPalette();
startSwaps();
startToasts();
