// The command palette: one field over orders, customers, products, views, pages and what this page can do.
// Results come from the server; the arrow keys move a marked option, Enter follows it. Focus stays in the field.

import { openDialog } from "./shell.js";

const dialog = document.getElementById("palette");
const field = dialog?.querySelector("[data-palette-input]");
const options = () => [...dialog.querySelectorAll('[role="option"]')].filter((option) => option.checkVisibility());

export function openPalette() {
  if (!dialog) return;
  offerActions();
  openDialog("palette");
  field.select();
  filterFixed();
}

// What this page offers by key, and the row that the keyboard is at: pressing the option presses the same control.
function offerActions() {
  const group = dialog.querySelector("[data-palette-here]");
  group.querySelectorAll('[role="option"]').forEach((option) => option.remove());
  const cells = new Map([...document.querySelectorAll("#main .cur [data-edit]")].map((cell) => [cell.dataset.edit, cell]));
  const shown = [...document.querySelectorAll("#main [data-key]")].filter((control) => control.checkVisibility());
  const controls = document.querySelector(".panel") ? shown : [...cells.values(), ...shown];
  controls.forEach((control, index) => group.append(actionOption(control, index)));
}

function actionOption(control, index) {
  const option = document.createElement("button");
  Object.assign(option, { type: "button", id: `pa-${index}`, tabIndex: -1 });
  option.setAttribute("role", "option");
  const key = document.createElement("kbd");
  const [words, letter] = control.dataset.edit ? ofCell(control) : ofControl(control);
  key.textContent = letter;
  option.append(words, key);
  // After this click is over, which would close the popover that the control opens.
  option.addEventListener("click", () => setTimeout(press, 0, control));
  return option;
}

// A cell's title says what it does and its key: "Change the ETA (u)".
function ofCell(cell) {
  const [, words, letter] = cell.title.match(/^(.*) \((.)\)$/);
  return [`${cell.closest("[data-row]").dataset.row}: ${words}`, letter];
}

function ofControl(control) {
  const copy = control.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((each) => each.remove());
  return [copy.textContent.trim() || control.ariaLabel, control.dataset.key];
}

function press(control) {
  dialog.close();
  control.click();
  if (control.tagName === "SUMMARY") control.parentElement.querySelector("select, input:not([type=hidden])")?.focus();
}

function filterFixed() {
  const text = field.value.trim().toLowerCase();
  for (const group of dialog.querySelectorAll("[data-palette-here], [data-palette-fixed]")) {
    const all = [...group.querySelectorAll('[role="option"]')];
    all.forEach((option) => (option.hidden = !option.textContent.toLowerCase().includes(text)));
    group.hidden = all.every((option) => option.hidden);
  }
  mark(options()[0]);
}

function mark(option) {
  dialog.querySelectorAll('[role="option"]').forEach((each) => each.setAttribute("aria-selected", each === option));
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  mark(all[(at + step + all.length) % all.length]);
}

function onKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Enter") dialog.querySelector('[aria-selected="true"]')?.click();
  else return;
  event.preventDefault();
}

if (dialog) {
  field.addEventListener("keydown", onKey);
  field.addEventListener("input", filterFixed);
  dialog.addEventListener("htmx:afterSwap", () => mark(options()[0]));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    openPalette();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette-open]")) return;
    event.preventDefault();
    openPalette();
  });
}
