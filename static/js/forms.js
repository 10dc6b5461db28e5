// Forms: focus the error summary, count characters, send once.
import { fill } from "./page.js";

function count(area) {
  const line = document.getElementById(`${area.id}-count`);
  const left = Number(area.dataset.count) - [...area.value].length;
  const words = left < 0 ? area.dataset.overWords : area.dataset.countWords;
  line.textContent = fill(words, { n: Math.abs(left) });
  line.classList.toggle("over", left < 0);
}

function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  if (event.defaultPrevented) return;
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.dataset.was = button.innerHTML;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
}

// A page that comes back from the browser's memory must be sendable again.
function restore() {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[data-was]")) {
    button.innerHTML = button.dataset.was;
    button.removeAttribute("aria-busy");
  }
}

export function start() {
  document.querySelector("[data-focus]")?.focus();
  for (const area of document.querySelectorAll("[data-count]")) {
    area.addEventListener("input", () => count(area));
    count(area);
  }
  for (const form of document.querySelectorAll("[data-form]")) form.addEventListener("submit", sendOnce);
  addEventListener("pageshow", (event) => event.persisted && restore());
}
