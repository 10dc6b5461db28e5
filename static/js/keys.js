// Single keys of the desk. They press what is on the page: anything with data-key, a row, the reply box.
// Never inside a text field, never with Ctrl, Alt or Meta, never while an input method composes.
import { extend, selectPage } from "./bulk.js";

const GO = { q: "", m: "/mine", r: "/reports" };
const desk = () => document.querySelector(".rail .brand").getAttribute("href");
const queue = () => document.querySelector("[data-bulk]");
const rows = () => [...(queue()?.querySelectorAll("tbody tr") ?? [])];
const press = (key) => {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  target?.focus();
  target?.click();
  return Boolean(target);
};
const at = () => document.querySelector("tr.at");
let waitingForPlace = 0;

function step(by) {
  const all = rows();
  if (!all.length) return press(by > 0 ? "j" : "k");
  const place = all.indexOf(at());
  const next = all[Math.min(Math.max(place + by, 0), all.length - 1)];
  at()?.classList.remove("at");
  next.classList.add("at");
  next.querySelector("a").focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function choose(range) {
  const box = at()?.querySelector("[name=ids]");
  if (!box) return false;
  if (range) {
    box.checked = true;
    extend(queue(), box);
  } else box.click();
  return true;
}

function write(audience) {
  const reply = document.querySelector("[data-reply]");
  if (!reply) return false;
  reply.querySelector(`#audience-${audience}`)?.click();
  reply.querySelector("textarea").focus();
  return true;
}

function go(place) {
  if (place === "i") return document.querySelector("[data-places] a[href*=infringement]")?.click();
  if (place in GO) location.assign(desk() + GO[place]);
}

// For the bulk keys: with nothing chosen they act on the row that the keyboard stands on.
function act(key) {
  if (queue() && at() && !queue().querySelector("[name=ids]:checked")) choose(false);
  return press(key);
}

const PLAIN = {
  j: () => step(1), k: () => step(-1),
  o: () => at()?.querySelector("a").click(),
  x: () => choose(false), X: () => choose(true),
  r: () => write("reply"), n: () => write("note"),
  u: () => press("u") || (queue() ? scrollTo(0, 0) : document.querySelector(".back a")?.click()),
  c: () => press("c") || location.assign(`${desk()}/orders/new`),
  "/": () => (document.querySelector("[data-search]") ?? document.querySelector("[data-palette-open]"))?.focus(),
  "?": () => document.getElementById("shortcuts").showModal(),
  g: () => { waitingForPlace = Date.now(); },
  Escape: () => queue()?.querySelector("[type=reset]")?.click(),
};

function onKey(event) {
  const field = event.target.closest("textarea,select,input:not([type=checkbox],[type=radio]),[contenteditable]");
  if (event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.form?.matches("[data-reply],dialog form")) {
    event.preventDefault();
    return event.target.form.requestSubmit(event.target.form.querySelector("button.primary"));
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "a" && event.target.closest("[data-bulk]") && !field) {
    event.preventDefault();
    return selectPage(queue(), true);
  }
  if (event.key === "Escape" && field) return field.blur();
  if (field || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("dialog")) return;
  let done;
  if (Date.now() - waitingForPlace < 1500) {
    waitingForPlace = 0;
    done = go(event.key) ?? true;
  } else if (Object.hasOwn(PLAIN, event.key)) done = PLAIN[event.key]() ?? true;
  else if ("astpemz.f".includes(event.key)) done = act(event.key);
  if (done) event.preventDefault();
}

export function start() {
  document.addEventListener("keydown", onKey);
}
