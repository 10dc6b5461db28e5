// Uploads: each file goes up alone, with progress, into the list that the plain input shares.
import { fill, token } from "./page.js";

function row(box, file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const state = document.createElement("small");
  const bar = document.createElement("progress");
  item.className = "file";
  name.className = "file-name";
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  name.append(file.name, state);
  item.append(name, bar);
  box.querySelector(".file-list").append(item);
  return { item, state, bar };
}

function settle(box, { item, state, bar }, answer) {
  bar.remove();
  if (answer.error || !answer.id) {
    item.classList.add("blocked");
    state.textContent = answer.error ?? box.dataset.failWords;
    return;
  }
  item.classList.add(answer.state ?? "ready");
  state.textContent = answer.state === "scanning" ? box.dataset.scanWords : answer.size ?? "";
  const held = document.createElement("input");
  Object.assign(held, { type: "hidden", name: "uploads", value: answer.id });
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "btn quiet small", textContent: "×" });
  remove.setAttribute("aria-label", fill(box.dataset.removeWords, { n: answer.name }));
  remove.addEventListener("click", () => {
    item.remove();
    box.querySelector("input[type=file]").focus();
  });
  item.append(held, remove);
}

function send(box, file) {
  const shown = row(box, file);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("file", file);
    request.open("POST", box.dataset.uploadUrl);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      settle(box, shown, request.response ?? {});
      done();
    });
    request.send(body);
  });
}

// The chain keeps the files of one box in order: a weak line carries one at a time.
function watch(box) {
  const input = box.querySelector("input[type=file]");
  const drop = box.querySelector(".drop") ?? box;
  let chain = Promise.resolve();
  const take = (files) => {
    for (const file of [...files]) chain = chain.then(() => send(box, file));
  };
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", kind === "dragover");
      if (kind === "drop") take(event.dataTransfer.files);
    });
  }
  input.form?.addEventListener("submit", (event) => {
    if (box.querySelector("progress")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      chain.then(() => input.form.requestSubmit(event.submitter));
    }
  }, true);
}

export function start() {
  for (const box of document.querySelectorAll("[data-upload-url]")) watch(box);
}
