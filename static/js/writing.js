// What a person writes: forms sent once, drafts kept on the server, files that go up one by one.
// `app.js` hands these over at the start.
let fill, post, token, secret;

// Forms: focus the error summary, count characters, send once.

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

function startForms() {
  document.querySelector("[data-focus]")?.focus();
  for (const area of document.querySelectorAll("[data-count]")) {
    area.addEventListener("input", () => count(area));
    count(area);
  }
  for (const form of document.querySelectorAll("[data-form]")) form.addEventListener("submit", sendOnce);
  addEventListener("pageshow", (event) => event.persisted && restore());
}

// Drafts: saved on the server two seconds after the last key, and when the page is left.

function fields(form) {
  const body = new FormData();
  for (const control of form.elements) {
    if (!control.name || control.matches(secret)) continue;
    if (control.matches("[type=checkbox],[type=radio]") && !control.checked) continue;
    body.append(control.name, control.value);
  }
  body.append("draft_version", form.dataset.draftVersion);
  return body;
}

function takeOther(form, other) {
  for (const [name, value] of Object.entries(other)) {
    const control = form.elements[name];
    if (control && "value" in control) control.value = value;
  }
}

// 409: another device saved meanwhile. Both texts stay, and nothing is saved, until one of two buttons is pressed.
function clash(form, line, answer, keep) {
  form.dataset.clash = "";
  const choice = (words, act) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn plain small", textContent: words });
    button.addEventListener("click", () => {
      delete form.dataset.clash;
      line.textContent = "";
      act();
      form.querySelector("textarea")?.focus();
    });
    return button;
  };
  line.replaceChildren(
    `${answer.words} `,
    choice(answer.use_words, () => takeOther(form, answer.fields)), " ",
    choice(answer.keep_words, keep),
  );
}

function watchDraft(form) {
  const line = form.querySelector("[data-draft-status]");
  let timer = 0;
  let dirty = false;
  const save = async () => {
    clearTimeout(timer);
    if (!dirty || form.dataset.sent || "clash" in form.dataset) return;
    dirty = false;
    try {
      const response = await post(form.dataset.draftUrl, fields(form), { keepalive: true });
      if (!response.ok && response.status !== 409) throw new Error(String(response.status));
      const answer = await response.json();
      form.dataset.draftVersion = answer.version;
      if (response.status === 409) {
        clash(form, line, answer, () => {
          dirty = true;
          save();
        });
      } else line.textContent = answer.words;
    } catch {
      dirty = true;
      timer = setTimeout(save, 15000);
    }
  };
  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  document.addEventListener("visibilitychange", () => document.hidden && save());
}

function startDrafts() {
  for (const form of document.querySelectorAll("[data-draft-url]")) watchDraft(form);
}

// Uploads: each file goes up alone, with progress, into the list that the plain input shares.

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
    const body = new FormData();
    body.append("remove_file", answer.id);
    post(box.dataset.uploadUrl, body).catch(() => {}); // a file that nobody sends is purged after a day
    item.remove();
    box.querySelector("input[type=file]").focus();
  });
  item.append(held, remove);
}

function send(box, file) {
  const shown = row(box, file);
  if (file.size > Number(box.dataset.mostBytes)) return settle(box, shown, { error: box.dataset.largeWords });
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
function watchUploads(box) {
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

function startUploads() {
  for (const box of document.querySelectorAll("[data-upload-url]")) watchUploads(box);
}

// Saved replies: the server fills one in, here it goes in at the cursor. Should that fail, the button sends the form,
// as it does without script.

function put(area, text) {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

async function insertSaved(button, list) {
  const { form } = button;
  try {
    const body = new FormData();
    body.append("saved", list.value);
    const response = await post(button.formAction, body);
    if (!response.ok) throw new Error(String(response.status));
    const { text, words } = await response.json();
    put(form.elements.body, text);
    const note = form.querySelector("[data-unfilled]");
    note.textContent = words;
    note.hidden = !words;
  } catch {
    form.requestSubmit(button);
  }
}

function startSaved() {
  for (const button of document.querySelectorAll("[data-put]")) {
    button.hidden = false;
    button.addEventListener("click", () => put(document.getElementById(button.dataset.into), button.dataset.put));
  }
  const button = document.querySelector("[data-insert-saved]");
  if (!button) return;
  const menu = button.closest("details");
  const { body, saved } = button.form.elements;
  // A box that nobody touched has its cursor before the draft, not behind it.
  body.setSelectionRange(body.value.length, body.value.length);
  menu.addEventListener("toggle", () => menu.open && saved.focus());
  body.addEventListener("input", () => {
    if (!body.value.includes("{{")) button.form.querySelector("[data-unfilled]").hidden = true;
  });
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (!saved.value) return saved.focus();
    menu.open = false;
    insertSaved(button, saved);
  });
}

export function start(page) {
  ({ fill, post, token, secret } = page);
  startForms();
  startSaved();
  startDrafts();
  startUploads();
}
