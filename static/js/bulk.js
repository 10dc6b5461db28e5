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

export function start() {
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
