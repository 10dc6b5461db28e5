// `app.js` hands these over at the start.
let fill, post;

// One way to hear of news: subscribe(). It polls today; an event stream could stand behind it unseen.
const VISIBLE = 5000;
const HIDDEN = 60000;
const IDLE_STOP = 30 * 60 * 1000;

// The server's clock minus this device's, in ms; corrected by every answer that carries `now`.
export const clock = { offset: 0 };

let lastTouch = Date.now();
for (const kind of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(kind, () => { lastTouch = Date.now(); }, { passive: true });
}

// Ask `url` again and again; onChange(answer) gets each JSON answer, onState(true|false) the line.
// `ask(url)` may replace the GET. 204 means nothing new; a slow server is asked less often; a hidden
// tab once a minute; after 30 minutes without a touch not at all until the next touch.
export function subscribe(url, onChange, { onState = () => {}, ask } = {}) {
  let cursor = "";
  let failures = 0;
  let timer = 0;
  const get = ask ?? ((address) => fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" }));
  const later = (took) => {
    const slow = Math.max(250 * Math.sqrt(took) - 1000, 0);
    const base = document.hidden ? HIDDEN : VISIBLE;
    clearTimeout(timer);
    timer = setTimeout(turn, Math.min(base + slow, HIDDEN) * Math.min(2 ** failures, 12));
  };
  const turn = async () => {
    if (Date.now() - lastTouch > IDLE_STOP) {
      for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, turn, { once: true });
      return;
    }
    const began = performance.now();
    try {
      const address = new URL(url, location.href);
      if (cursor) address.searchParams.set("since", cursor);
      const response = await get(address);
      if (!response.ok) throw new Error(String(response.status));
      failures = 0;
      onState(true);
      if (response.status !== 204) {
        const answer = await response.json();
        cursor = answer.cursor ?? cursor;
        if (answer.now) clock.offset = Date.parse(answer.now) - Date.now();
        onChange(answer);
      }
    } catch {
      failures += 1;
      onState(false);
    }
    later(performance.now() - began);
  };
  document.addEventListener("visibilitychange", () => document.hidden || turn());
  later(0);
  return () => clearTimeout(timer);
}

// Write the state of the line into the element marked data-live.
export function showState() {
  const line = document.querySelector("[data-live]");
  const words = document.body.dataset;
  let since = null;
  return (up) => {
    if (!line || up === (since === null)) return;
    since = up ? null : new Date();
    const time = since?.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    line.textContent = up ? words.liveWords : words.offlineWords.replace("{n}", time);
    line.classList.toggle("off", !up);
  };
}

// The live queue: known rows are replaced in place, new ones wait under a bar, nothing moves by itself.

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

function watchQueue(form) {
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

function startQueue() {
  for (const form of document.querySelectorAll("[data-bulk][data-live-url]")) watchQueue(form);
}

// Presence: tells the server that this order is read or answered here, and shows who else does.

function startPresence() {
  const box = document.querySelector("[data-presence-url]");
  if (!box) return;
  const area = document.querySelector("[data-reply] textarea");
  let typed = 0;
  area?.addEventListener("input", () => { typed = Date.now(); });
  const say = (url) => {
    const body = new FormData();
    body.append("state", Date.now() - typed < 30000 ? "typing" : "viewing");
    return post(url, body);
  };
  const words = box.querySelector("[data-words]");
  const changed = document.querySelectorAll("[data-changed]");
  subscribe(box.dataset.presenceUrl, (answer) => {
    words.textContent = answer.typing || answer.viewing || "";
    box.querySelector(".presence").hidden = !words.textContent;
    for (const each of changed) each.hidden = !(answer.version > Number(box.dataset.version));
  }, { ask: say });
}

// Due times tick each minute by the server's clock; the words have the form that the server wrote.

const SOON = 2 * 60;

export function wordsFor(minutes, forms) {
  const left = Math.abs(minutes);
  const [days, hours, rest] = [Math.floor(left / 1440), Math.floor(left / 60), left % 60];
  const words = hours >= 48 ? fill(forms.days, { d: days, h: hours % 24 })
    : hours ? fill(forms.hours, { h: hours, m: rest }) : fill(forms.minutes, { m: rest });
  return minutes < 0 ? `-${words}` : words;
}

function tick() {
  const { daysWords: days, hoursWords: hours, minutesWords: minutes } = document.body.dataset;
  const now = Date.now() + clock.offset;
  for (const mark of document.querySelectorAll("[data-due]")) {
    const left = Math.trunc((Date.parse(mark.dateTime) - now) / 60000);
    const state = left < 0 ? "breached" : left < SOON ? "soon" : "fine";
    mark.lastElementChild.textContent = wordsFor(left, { days, hours, minutes });
    mark.classList.remove("fine", "soon", "breached");
    mark.classList.add(state);
  }
}

function startDue() {
  if (document.querySelector("[data-due]")) setInterval(tick, 60000);
}

export function start(page) {
  ({ fill, post } = page);
  startQueue();
  startPresence();
  startDue();
}
