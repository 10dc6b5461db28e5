// `app.js` hands these over at the start.
let fill;

// Bulk selection: select all, a range with Shift. The bar itself is shown by the style sheet.
const boxes = (form) => [...form.querySelectorAll("[name=ids]")];

// Set every box from the last one touched to `box` to the state of `box`.
export function extend(form, box) {
  const all = boxes(form);
  const [a, b] = [all.indexOf(form.lastBox ?? box), all.indexOf(box)].sort((x, y) => x - y);
  for (const one of all.slice(Math.max(a, 0), b + 1)) one.checked = box.checked;
  form.lastBox = box;
}

export function selectPage(form, on) {
  for (const box of boxes(form)) box.checked = on;
  mirror(form);
}

function mirror(form) {
  const all = form.querySelector("[data-select-all]");
  const chosen = boxes(form).filter((box) => box.checked).length;
  all.checked = chosen > 0 && chosen === boxes(form).length;
  all.indeterminate = chosen > 0 && !all.checked;
}

function startBulk() {
  for (const form of document.querySelectorAll("[data-bulk]")) {
    const all = form.querySelector("[data-select-all]");
    all.hidden = false;
    all.addEventListener("change", () => selectPage(form, all.checked));
    form.addEventListener("click", (event) => {
      if (event.target.name !== "ids") return;
      if (event.shiftKey) extend(form, event.target);
      form.lastBox = event.target;
      mirror(form);
    });
    form.addEventListener("reset", () => setTimeout(() => mirror(form)));
  }
}

// The palette: Ctrl or Cmd with K, over the desk's own search form; places come from the links of the rail.

function startPalette() {
  const dialog = document.getElementById("palette");
  if (/^(Mac|iP)/.test(navigator.platform)) {
    for (const hint of document.querySelectorAll("[data-palette-key]")) hint.textContent = "⌘K";
  }
  const field = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const places = [...document.querySelectorAll("[data-places] a,[data-command]")]
    .map((link) => ({ words: (link.querySelector("span") ?? link).textContent.trim(), act: () => link.click() }));
  let shown = [];
  let at = 0;

  function mark(place) {
    at = (place + shown.length) % shown.length;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function draw() {
    const text = field.value.trim();
    shown = places.filter((place) => place.words.toLowerCase().includes(text.toLowerCase()));
    const search = { words: fill(list.dataset.searchWords, { n: text }), act: () => field.form.submit() };
    if (text) shown.push(search);
    list.replaceChildren(...shown.map((place, index) => {
      const item = document.createElement("li");
      item.id = `palette-${index}`;
      item.setAttribute("role", "option");
      item.textContent = place.words;
      item.addEventListener("click", place.act);
      return item;
    }));
    if (shown.length) mark(0);
  }

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    field.value = "";
    draw();
    field.focus();
  }

  field.addEventListener("input", draw);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && shown.length) mark(at + by);
    else if (event.key === "Enter" && shown.length) shown[at].act();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.isComposing) {
      event.preventDefault();
      open();
    }
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

// Single keys of the desk. They press what is on the page: anything with data-key, a row, the reply box.
// Never inside a text field, never with Ctrl, Alt or Meta, never while an input method composes.

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

function startKeys() {
  document.addEventListener("keydown", onKey);
}

export function start(page) {
  ({ fill } = page);
  if (document.querySelector("[data-bulk]")) startBulk();
  if (document.querySelector("#palette")) startPalette();
  if (document.querySelector("body[data-keys]")) startKeys();
}
