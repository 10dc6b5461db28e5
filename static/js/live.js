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
