// What several modules need from the page: the CSRF token, words with a place in them, a notice.
export const token = () => document.querySelector("[name=csrf_token]")?.value ?? "";

export const fill = (words, values) =>
  words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

export function post(url, body, more = {}) {
  return fetch(url, {
    method: "POST", body, credentials: "same-origin", redirect: "error",
    headers: { "X-CSRFToken": token(), Accept: "application/json" }, ...more,
  });
}

// Say something in the page's one polite region; it leaves after `ms`.
export function notice(content, ms = 6000) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(content);
  document.querySelector("[data-toasts]").append(box);
  setTimeout(() => box.remove(), ms);
  return box;
}
