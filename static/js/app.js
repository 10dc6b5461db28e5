// The entry: the small things of every page, and the modules that this page needs, found by their data-* hooks.
// Nothing depends on it: every hook sits on a form or link that works alone.

// What modules are given: the CSRF token, a POST of ours, words with a place in them, fields that nothing keeps.
const secret = "[type=password],[type=file],[name=csrf_token],[autocomplete=one-time-code]";

const token = () => document.querySelector("[name=csrf_token]")?.value ?? "";

const fill = (words, values) =>
  words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

function post(url, body, more = {}) {
  return fetch(url, {
    method: "POST", body, credentials: "same-origin", redirect: "error",
    headers: { "X-CSRFToken": token(), Accept: "application/json" }, ...more,
  });
}

// Say something in the page's one polite region; it leaves after `ms`.
function notice(content, ms = 6000) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(content);
  document.querySelector("[data-toasts]").append(box);
  setTimeout(() => box.remove(), ms);
  return box;
}

// The small ones: copy, print, dialogs, menus, toasts with Undo, the offer of this device's time zone.

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

function startSmall() {
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

// A switch of language or theme loads the page anew: what is typed goes along in this tab, across that one load.

const ticked = (control) => control.matches("[type=checkbox],[type=radio]");

function isTyped(control) {
  if (ticked(control)) return control.checked !== control.defaultChecked;
  if (control.matches("select")) return [...control.options].some((one) => one.selected !== one.defaultSelected);
  return control.value !== control.defaultValue;
}

function keepTyped(event) {
  const { next } = event.target.elements;
  const whole = event.target.hasAttribute("data-answered"); // this page shows what was sent, the next one would not
  const typed = [];
  for (const form of document.querySelectorAll("[data-form]")) {
    for (const control of form.elements) {
      if (!control.name || control.matches(`button,[type=hidden],${secret}`) || !(whole || isTyped(control))) continue;
      typed.push([form.getAttribute("action"), control.name, control.value, ticked(control) && control.checked]);
    }
    if (form.dataset.draftUrl) form.dataset.sent = "yes"; // its draft is saved once the text is back
  }
  sessionStorage.setItem("typed", JSON.stringify([new URL(next.value, location.href).href, typed]));
}

function giveBack() {
  const [address, typed] = JSON.parse(sessionStorage.getItem("typed") ?? "[]");
  sessionStorage.removeItem("typed");
  if (address !== location.href.split("#")[0]) return;
  for (const [action, name, value, checked] of typed) {
    const form = [...document.querySelectorAll("[data-form]")].find((one) => one.getAttribute("action") === action);
    for (const control of form?.elements ?? []) {
      if (control.name !== name || control.matches("button") || (ticked(control) && control.value !== value)) continue;
      if (ticked(control)) control.checked = checked;
      else control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

const MODULES = [
  ["[data-form],[data-focus],[data-upload-url],[data-draft-url]", "./writing.js"],
  ["[data-due],[data-bulk][data-live-url],[data-presence-url]", "./desk.js"],
  ["[data-bulk],#palette,body[data-keys]", "./keys.js"],
];

// The version in our own address is that of all scripts, so each may be kept for a year.
const load = (file) => import(file + new URL(import.meta.url).search);

// Few people press it: what it needs is fetched then.
function offerPasskeys() {
  const forms = window.PublicKeyCredential ? document.querySelectorAll("[data-passkey]") : [];
  if (forms.length) for (const other of document.querySelectorAll("[data-without-passkeys]")) other.hidden = true;
  for (const form of forms) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      (await load("./passkey.js")).send(form, post);
    });
  }
}

document.documentElement.classList.add("js");
offerPasskeys();
startSmall();
for (const form of document.querySelectorAll(".switch")) form.addEventListener("submit", keepTyped);
const started = MODULES.filter(([selector]) => document.querySelector(selector)).map(async ([, file]) => {
  const module = await load(file);
  module.start({ fill, post, token, secret });
});
Promise.all(started).then(giveBack);
