// The entry: looks for data-* hooks and fetches only the modules that this page needs.
// Nothing depends on it: every hook sits on a form or link that works alone.
import { start } from "./page.js";

const MODULES = [
  ["[data-form],[data-focus],[data-upload-url],[data-draft-url]", "./writing.js"],
  ["[data-due],[data-bulk][data-live-url],[data-presence-url]", "./desk.js"],
  ["[data-bulk],#palette,body[data-keys]", "./keys.js"],
];

document.documentElement.classList.add("js");
start();
for (const [selector, file] of MODULES) {
  if (document.querySelector(selector)) import(file).then((module) => module.start());
}
