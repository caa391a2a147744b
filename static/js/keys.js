// Keyboard: every key presses a visible control, so that mouse, touch and no-script reach the same things.

import { bar, clearSelection, hasSelection, selectPage, toggle } from "./selection.js";
import { say } from "./requests.js";
import { openDialog, toggleDensity, toggleNav } from "./shell.js";

const SINGLE_KEYS = "singleKeys";
const CHORD_MS = 1200;
const PAUSE_MS = 120; // between two rows of whoever walks on
let chordUntil = 0;

const rows = () => [...document.querySelectorAll("[data-row]")];
const current = () => document.querySelector("[data-row].cur");
const panel = () => document.querySelector(".panel");

function step(by = 0) {
  const all = rows();
  if (!all.length) return null;
  const index = all.indexOf(current());
  const next = all[index < 0 ? 0 : Math.min(Math.max(index + by, 0), all.length - 1)];
  current()?.classList.remove("cur");
  next.classList.add("cur");
  next.scrollIntoView({ block: "nearest" });
  return next;
}

// Through the rows; on an order's page, which has none, to the next order of the list one came from.
function go(by) {
  if (!rows().length) return document.querySelector(`[data-step="${by > 0 ? "j" : "k"}"]`)?.click();
  const next = step(by);
  if (next && (panel() || coming)) open(next, PAUSE_MS);
}

let opening = 0;
let coming = null; // the link whose panel is under way
let keyForIt = ""; // pressed meanwhile

function open(row, pause = 0) {
  clearTimeout(opening);
  keyForIt = "";
  coming = row?.querySelector("[data-open-panel]");
  opening = setTimeout(() => coming?.click(), pause);
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig.elt !== coming) return;
  const key = keyForIt;
  coming = null;
  keyForIt = "";
  if (key && detail.successful && panel()) act(key);
});

// An action goes to the selection, else to the order in the panel or to that on its way there, else to the current row.
function act(key) {
  const forAll = bar()?.querySelector(`[data-bulk-key="${key}"]`);
  if (forAll) return press(forAll);
  if (coming?.isConnected) return void (keyForIt = key);
  const scope = panel() ?? document.getElementById("main");
  const control = scope.querySelector(`[data-key="${key}"]`) ?? document.querySelector(`[data-key="${key}"]`);
  if (control) return press(control);
  if (!current() || panel()) return sayWhyNot(scope, key);
  if (mayEdit(CELLS[key])) editCell(current(), CELLS[key], { isAtOnce: key === "e" });
  else {
    open(current());
    keyForIt = key;
  }
}

const CELLS = { e: "expedite", h: "hold", n: "note", o: "owner", u: "eta", w: "requested" };

function mayEdit(name) {
  return Boolean(name && document.querySelector(`[data-cells~="${name}"]`));
}

// What edits a cell comes with its first use.
async function editCell(row, name, options) {
  const { edit } = await import("./cells.js");
  return edit(row, name, options);
}

function editRow() {
  const first = current()?.querySelector("[data-edit=eta]") ?? current()?.querySelector("[data-edit]");
  if (first) editCell(current(), first.dataset.edit);
}

// What cannot be done is not offered; where its key is pressed, it says why.
function sayWhyNot(scope, key) {
  const why = scope.querySelector(`[data-no-key="${key}"]`);
  if (why) say(why.textContent);
}

function press(control) {
  if (!control) return;
  if (control.matches("input, textarea")) return fillIn(control);
  control.click();
  if (control.tagName === "SUMMARY")
    control.parentElement.querySelector("select, input:not([type=hidden]), textarea")?.focus();
}

function fillIn(field) {
  field.closest("details").open = true;
  field.focus();
}

function escape() {
  const popover = document.querySelector("details[data-popover][open]");
  if (popover) {
    popover.open = false;
    popover.querySelector("summary").focus();
  } else if (hasSelection()) clearSelection();
  else closePanel();
}

function closePanel() {
  clearTimeout(opening);
  coming = null;
  document.querySelector("[data-panel-close]")?.click();
}

function goTo(key) {
  const link = document.querySelector(`[data-go="${key}"]`);
  if (link) link.click();
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  Enter: () => open(current()),
  F2: editRow,
  "/": () => document.querySelector('input[type="search"]')?.focus(),
  x: () => toggle(current() ?? step(), false),
  X: () => toggle(current() ?? step(), true),
  d: toggleDensity,
  "[": toggleNav,
  "?": () => openDialog("keys"),
  r: () => document.querySelector("[data-apply-rows]:not([hidden])")?.click(),
  g: () => (chordUntil = performance.now() + CHORD_MS),
};
for (const key of "ehuzcnosbmfw") KEYS[key] = () => act(key);

function isTyping(target) {
  return target.matches("input:not(.cb, .rng), textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "a" && rows().length && !isTyping(event.target)) {
    event.preventDefault();
    return selectPage();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return escape();
  if (isTyping(event.target) || localStorage.getItem(SINGLE_KEYS) === "off") return;
  if (performance.now() < chordUntil && event.key !== "g") {
    chordUntil = 0;
    event.preventDefault();
    return goTo(event.key);
  }
  if (event.key === "Enter" && event.target.closest("a, button, summary, label")) return;
  const run = KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-row-step]");
  if (step) return go(step.dataset.rowStep === "j" ? 1 : -1);
  const row = event.target.closest("[data-row]");
  const cell = event.target.closest("[data-edit]");
  if (cell && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    return editCell(row, cell.dataset.edit);
  }
  if (!row || event.target.closest("a, button, input, label, details, [data-editor]")) return;
  current()?.classList.remove("cur");
  row.classList.add("cur");
  open(row);
});

const single = document.querySelector("[data-single-keys]");
if (single) {
  single.checked = localStorage.getItem(SINGLE_KEYS) !== "off";
  single.addEventListener("change", () => localStorage.setItem(SINGLE_KEYS, single.checked ? "on" : "off"));
}
