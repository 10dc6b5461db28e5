// The entry: looks for data-* hooks and fetches only the modules that this page needs.
// Nothing depends on it: every hook sits on a form or link that works alone.
const MODULES = [
  ["[data-form],[data-focus]", "./forms.js"],
  ["[data-upload-url]", "./upload.js"],
  ["[data-draft-url]", "./draft.js"],
  ["[data-copy],[data-print],[data-dialog-open],[data-menu],[data-toast],[data-zone-offer]", "./small.js"],
  ["[data-due]", "./due.js"],
  ["[data-bulk]", "./bulk.js"],
  ["[data-bulk][data-live-url]", "./queue.js"],
  ["[data-presence-url]", "./presence.js"],
  ["#palette", "./palette.js"],
  ["body[data-keys]", "./keys.js"],
];

document.documentElement.classList.add("js");
for (const [selector, file] of MODULES) {
  if (document.querySelector(selector)) import(file).then((module) => module.start());
}
