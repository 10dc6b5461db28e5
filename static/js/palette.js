// The palette: Ctrl or Cmd with K, over the desk's own search form; places come from the links of the rail.
import { fill } from "./page.js";

export function start() {
  const dialog = document.getElementById("palette");
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
