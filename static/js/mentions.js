// Completes a colleague's name after an @ in a note. Without it people type the name themselves.

const SHOWN_MS = 120;
let timer = 0;

function typedName(field) {
  const before = field.value.slice(0, field.selectionStart);
  return before.match(/(?:^|[^\w@.])@([\p{L}\p{N}._'-]*(?: [\p{L}\p{N}._'-]*)?)$/u)?.[1];
}

function listOf(field) {
  return document.getElementById(field.getAttribute("aria-controls"));
}

function hide(field) {
  clearTimeout(timer);
  const list = listOf(field);
  if (!list) return;
  list.hidden = true;
  list.replaceChildren();
  field.removeAttribute("aria-activedescendant");
}

async function suggest(field) {
  const typed = typedName(field);
  if (typed === undefined) return hide(field);
  const response = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(typed)}`);
  if (!response.ok || typedName(field) !== typed) return;
  show(field, (await response.json()).people);
}

function show(field, people) {
  const list = listOf(field);
  if (!people.length) return hide(field);
  list.replaceChildren(
    ...people.map((person, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.dataset.name = person.name;
      const hint = document.createElement("small");
      hint.textContent = person.hint;
      option.append(person.name, hint);
      return option;
    }),
  );
  list.hidden = false;
  choose(field, 0);
}

function choose(field, index) {
  const options = [...listOf(field).children];
  const at = (index + options.length) % options.length;
  options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
  field.setAttribute("aria-activedescendant", options[at].id);
}

function complete(field, option) {
  const caret = field.selectionStart;
  const start = caret - typedName(field).length;
  field.setRangeText(`${option.dataset.name} `, start, caret, "end");
  hide(field);
  field.focus();
}

document.addEventListener("input", (event) => {
  if (!event.target.dataset?.mentions) return;
  clearTimeout(timer);
  timer = setTimeout(suggest, SHOWN_MS, event.target);
});

// Before the page's own keys: here Escape closes the names, not the form.
document.addEventListener(
  "keydown",
  (event) => {
    const field = event.target;
    if (!field.dataset?.mentions || !listOf(field) || listOf(field).hidden) return;
    const options = [...listOf(field).children];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") choose(field, at + 1);
    else if (event.key === "ArrowUp") choose(field, at - 1);
    else if (event.key === "Enter" || event.key === "Tab") complete(field, options[at]);
    else if (event.key === "Escape") hide(field);
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  if (event.target.dataset?.mentions) event.target.form.requestSubmit();
});

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.(".at-list [role=option]");
  if (!option) return;
  event.preventDefault(); // the field keeps the focus and its caret
  const field = document.querySelector(`[aria-controls="${option.parentElement.id}"]`);
  if (field) complete(field, option);
});

document.addEventListener("focusout", (event) => {
  if (event.target.dataset?.mentions) hide(event.target);
});
