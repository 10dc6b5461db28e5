// Due times tick each minute by the server's clock; the words have the form that the server wrote.
import { fill } from "./page.js";
import { clock } from "./live.js";

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

export function start() {
  setInterval(tick, 60000);
}
