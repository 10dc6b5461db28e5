// The small ones: copy, print, dialogs, menus, toasts with Undo, the offer of this device's time zone.
import { notice } from "./page.js";

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.textContent.trim());
  const words = button.querySelector("span") ?? button;
  const was = words.textContent;
  words.textContent = button.dataset.copied;
  setTimeout(() => { words.textContent = was; }, 2000);
}

// Shown only when the device's zone differs from the one the page uses; the person decides by the button.
function offerZone(form) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === form.dataset.zoneOffer) return;
  form.elements.time_zone.value = zone;
  for (const place of form.querySelectorAll("[data-zone]")) place.textContent = zone;
  form.hidden = false;
}

export function start() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  for (const button of document.querySelectorAll("[data-dialog-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => document.getElementById(button.dataset.dialogOpen).showModal());
  }
  for (const form of document.querySelectorAll("[data-zone-offer]")) offerZone(form);
  for (const banner of document.querySelectorAll("[data-toast]")) notice(banner, 10000);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
