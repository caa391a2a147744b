// Priority rules: order by drag and by arrow keys, sliders that show their value, and parts that edits leave alone.
// Every control is a form that works by itself; this presses it.

const MOVED = 6; // pixels before a press is a drag

const rulesOf = (row) => [...row.parentElement.children];

let wanted = ""; // the id of what to focus once the list has been drawn anew
let isMoving = false;
const moves = []; // [id of a handle, where to]: keys may be pressed faster than lists are drawn anew

function moveTo(row, argument) {
  moves.push([row.querySelector("[data-grip]").id, argument]);
  moveNext();
}

function moveNext() {
  if (isMoving || !moves.length) return;
  const [id, argument] = moves.shift();
  const form = document.getElementById(id)?.form;
  if (!form) return;
  isMoving = true;
  wanted = id;
  form.elements.do.value = `move:${argument}`;
  form.requestSubmit();
}

for (const failed of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failed, () => {
    isMoving = false;
    moves.length = 0;
  });
}

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest("[data-grip]");
  const argument = { ArrowUp: "up", ArrowDown: "down", Home: 0, End: 999 }[event.key];
  if (!grip || argument === undefined) return;
  event.preventDefault();
  moveTo(grip.closest(".rule"), argument);
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  grip.focus();
  drag(grip, event);
});

function drag(grip, start) {
  const row = grip.closest(".rule");
  const from = rulesOf(row).indexOf(row);
  let grabbedAt = start.clientY;
  let lifted = false;
  const move = (event) => {
    if (!lifted && Math.abs(event.clientY - grabbedAt) < MOVED) return;
    lifted = true;
    row.classList.add("lifted");
    grabbedAt += settle(row, event.clientY - grabbedAt);
    row.style.translate = `0 ${event.clientY - grabbedAt}px`;
  };
  const end = (event) => {
    for (const [name, listener] of listeners) removeEventListener(name, listener);
    row.classList.remove("lifted");
    row.style.translate = "";
    const to = rulesOf(row).indexOf(row);
    if (event.type === "pointerup" && to !== from) moveTo(row, to);
    else if (to !== from) rulesOf(row)[from + (from > to ? 1 : 0)].before(row);
  };
  const listeners = [
    ["pointermove", move],
    ["pointerup", end],
    ["pointercancel", end],
  ];
  for (const [name, listener] of listeners) addEventListener(name, listener);
}

// Lets the neighbour pass once the row covers half of it; returns by how much the row's own place has moved.
function settle(row, offset) {
  const other = offset < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other || Math.abs(offset) < other.offsetHeight / 2) return 0;
  const before = row.offsetTop;
  if (offset < 0) other.before(row);
  else other.after(row);
  return row.offsetTop - before;
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-weight]")) return;
  const { form, value } = event.target;
  const sign = event.target.closest(".rule").classList.contains("neg") ? "-" : "";
  form.elements.argument.value = sign + value;
  const shown = event.target.closest(".rule").querySelector("[data-weight-shown]");
  shown.firstChild.data = sign.replace("-", "−") + Number(value).toLocaleString("en-GB");
});

document.addEventListener("rules-changed", () => {
  const trial = document.querySelector("[data-trial]");
  if (trial?.elements.ref.value) trial.requestSubmit();
});

// Where the keyboard goes on once the list has been drawn anew: what was moved, the name of a new entry, a new condition,
// else beside what was taken away. A refusal is read out.
let goOn = null;

document.addEventListener("submit", (event) => {
  const verb = event.submitter?.value ?? "";
  const list = event.target.closest(".card")?.querySelector("[data-rules]")?.dataset.rules;
  const open = event.target.closest("[data-rule]")?.querySelector('[id^="open-"]')?.id;
  const before = new Set(conditions().map((condition) => condition.id));
  goOn = () => {
    if (verb === "add" || verb === "copy") return nameIt();
    const added = { branch: 1, group: 2 }[verb.split(":")[0]];
    if (added) return conditions().filter((condition) => !before.has(condition.id)).at(-added)?.focus();
    if (document.activeElement === document.body) handle(open, list)?.focus();
  };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "main") return;
  const refused = document.querySelector("[role=alert][data-focus]");
  const chosen = refused ?? (wanted ? document.getElementById(wanted) : null);
  if (chosen) chosen.focus();
  else goOn?.();
  wanted = "";
  goOn = null;
  isMoving = false;
  moveNext();
});

const conditions = () => [...document.querySelectorAll(".build [name$='.attribute']")];

const handle = (open, list) =>
  document.getElementById(open) ??
  document.querySelector(`[data-rules="${list}"] [id^="open-"]`) ??
  document.getElementById(`add-${list}`);

function nameIt() {
  const name = document.querySelector("[data-focus-new]");
  name?.focus();
  name?.select();
}
