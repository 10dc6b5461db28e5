// Drafts: saved on the server two seconds after the last key, and when the page is left.
import { post } from "./page.js";

const SECRET = "[type=password],[type=file],[name=csrf_token],[autocomplete=one-time-code]";

function fields(form) {
  const body = new FormData();
  for (const control of form.elements) {
    if (!control.name || control.matches(SECRET)) continue;
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

// 409: another device saved meanwhile. What is typed here stays; the other text is one button away.
function clash(form, line, answer) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn plain small", textContent: answer.use_words });
  button.addEventListener("click", () => {
    takeOther(form, answer.fields);
    line.textContent = "";
  });
  line.replaceChildren(`${answer.words} `, button);
}

function watch(form) {
  const line = form.querySelector("[data-draft-status]");
  let timer = 0;
  let dirty = false;
  const save = async () => {
    clearTimeout(timer);
    if (!dirty || form.dataset.sent) return;
    dirty = false;
    try {
      const response = await post(form.dataset.draftUrl, fields(form), { keepalive: true });
      if (!response.ok && response.status !== 409) throw new Error(String(response.status));
      const answer = await response.json();
      form.dataset.draftVersion = answer.version;
      if (response.status === 409) clash(form, line, answer);
      else line.textContent = answer.words;
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

export function start() {
  for (const form of document.querySelectorAll("[data-draft-url]")) watch(form);
}
