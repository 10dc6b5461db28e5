// The live queue: known rows are replaced in place, new ones wait under a bar, nothing moves by itself.
import { fill } from "./page.js";
import { showState, subscribe } from "./live.js";

const rowOf = (html) => {
  const box = document.createElement("template");
  box.innerHTML = html.trim();
  return box.content.firstElementChild;
};

function replace(old, html) {
  const fresh = rowOf(html);
  const focused = old.contains(document.activeElement) ? document.activeElement.matches("a") ? "a" : "input" : null;
  fresh.querySelector("[name=ids]").checked = old.querySelector("[name=ids]").checked;
  fresh.classList.toggle("at", old.classList.contains("at"));
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(focused).focus({ preventScroll: true });
}

function watch(form) {
  const body = form.querySelector("tbody");
  const bar = form.querySelector("[data-show-new]");
  const waiting = new Map();
  const find = (key) => body.querySelector(`[data-key="${CSS.escape(key)}"]`);
  subscribe(form.dataset.liveUrl, (answer) => {
    for (const { key, html } of answer.rows ?? []) {
      const old = find(key);
      if (old) replace(old, html);
      else waiting.set(key, html);
    }
    for (const key of answer.gone ?? []) {
      waiting.delete(key);
      find(key)?.classList.add("gone");
    }
    bar.hidden = waiting.size === 0;
    bar.textContent = fill(bar.dataset.words, { n: waiting.size });
  }, { onState: showState() });
  bar.addEventListener("click", () => {
    for (const html of waiting.values()) body.prepend(rowOf(html));
    for (const row of body.querySelectorAll(".gone")) row.remove();
    waiting.clear();
    bar.hidden = true;
    body.querySelector("a")?.focus();
  });
}

export function start() {
  for (const form of document.querySelectorAll("[data-bulk][data-live-url]")) watch(form);
}
