// Presence: tells the server that this order is read or answered here, and shows who else does.
import { post } from "./page.js";
import { subscribe } from "./live.js";

export function start() {
  const box = document.querySelector("[data-presence-url]");
  const area = document.querySelector("[data-reply] textarea");
  let typed = 0;
  area?.addEventListener("input", () => { typed = Date.now(); });
  const say = (url) => {
    const body = new FormData();
    body.append("state", Date.now() - typed < 30000 ? "typing" : "viewing");
    return post(url, body);
  };
  const words = box.querySelector("[data-words]");
  const changed = box.querySelector("[data-changed]");
  subscribe(box.dataset.presenceUrl, (answer) => {
    words.textContent = answer.typing || answer.viewing || "";
    box.querySelector(".presence").hidden = !words.textContent;
    changed.hidden = !(answer.version > Number(box.dataset.version));
  }, { ask: say });
}
