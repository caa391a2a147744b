// Which orders are ticked: kept by order number across pages, sorts and live changes, until cleared or acted upon.
// Boxes on this page speak for themselves; those on other pages travel as hidden fields of the bar's form.

const chosen = new Map(); // order number → value in pence
let anchor = "";

const boxes = () => [...document.querySelectorAll("[data-select]")];

function inWords(pence, currency) {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency, maximumFractionDigits: 0 }).format(pence / 100);
}

export const hasSelection = () => chosen.size > 0;

export function bar() {
  return hasSelection() ? document.querySelector("[data-bulk]") : null;
}

export function clearSelection() {
  chosen.clear();
  anchor = "";
  const all = document.querySelector("[data-select-all]");
  if (all) all.checked = false;
  show();
}

export function toggle(row, isRange) {
  const box = row?.querySelector("[data-select]");
  if (!box) return;
  if (isRange && anchor) range(box, true);
  else tick(box, !chosen.has(box.value));
  anchor = box.value;
  show();
}

export function selectPage() {
  boxes().forEach((box) => tick(box, true));
  show();
}

function tick(box, isOn) {
  if (isOn) chosen.set(box.value, Number(box.dataset.pence));
  else chosen.delete(box.value);
}

function range(box, isOn) {
  const all = boxes();
  const ends = [all.findIndex((each) => each.value === anchor), all.indexOf(box)].sort((a, b) => a - b);
  all.slice(Math.max(ends[0], 0), ends[1] + 1).forEach((each) => tick(each, isOn));
}

function show() {
  const here = boxes();
  here.forEach((box) => (box.checked = chosen.has(box.value)));
  showElsewhere(here);
  const page = document.querySelector("[data-select-page]");
  if (page) {
    const ticked = here.filter((box) => box.checked).length;
    page.hidden = false;
    page.checked = ticked > 0 && ticked === here.length;
    page.indeterminate = ticked > 0 && ticked < here.length;
  }
  showCount(here.filter((box) => chosen.has(box.value)).length);
}

function showElsewhere(here) {
  const place = document.querySelector("[data-elsewhere]");
  if (!place) return;
  const shown = new Set(here.map((box) => box.value));
  const fields = [...chosen.keys()].filter((ref) => !shown.has(ref)).map(hiddenField);
  place.replaceChildren(...fields);
}

function hiddenField(ref) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "order", value: ref });
  return field;
}

function showCount(onPage) {
  const form = document.querySelector("[data-bulk]");
  if (!form) return;
  const isAll = form.querySelector("[data-select-all]")?.checked;
  const elsewhere = chosen.size - onPage;
  form.querySelector("[data-selected-count]").textContent = isAll ? "All selected" : `${chosen.size} selected`;
  const pence = [...chosen.values()].reduce((sum, each) => sum + each, 0);
  const value = inWords(pence, form.dataset.currency);
  form.querySelector("[data-selected-value]").textContent = isAll
    ? ""
    : elsewhere
      ? `${value}, ${elsewhere} on other pages`
      : value;
  form.querySelector("[data-select-none]").hidden = false;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-select]");
  if (box) {
    if (event.shiftKey && anchor) range(box, box.checked);
    else tick(box, box.checked);
    anchor = box.value;
    show();
  } else if (event.target.matches("[data-select-page]")) {
    boxes().forEach((each) => tick(each, event.target.checked));
    show();
  } else if (event.target.closest("[data-select-none]")) clearSelection();
});

document.addEventListener("change", (event) => event.target.matches("[data-select-all]") && show());

// What was sent is no longer selected; what was refused still is.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.matches("[data-bulk]") && event.detail.successful) clearSelection();
});
document.addEventListener("htmx:afterSettle", show);
document.addEventListener("backlog:rows", show);
show();
