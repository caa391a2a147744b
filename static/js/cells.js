// Cells of the board, edited in place. The server gives a cell's form and takes it at the verb's own address; its answer
// is the row as it is then, or what somebody else did to the order meanwhile. Loaded with the first edit.

import { say, TEXT } from "./requests.js";
import { morph } from "./rows.js";

const FIELDS = "input:not([type=hidden]), select, textarea";
const STOPS = `${FIELDS}, button, a[href]`;

let opened = null; // {form, row, name, link, before, saving}: one cell at a time
let asked = 0;

const isShown = (node) => node.checkVisibility();
const said = (form) => JSON.stringify([...new FormData(form)]);

// Opens the editor of a row's cell, once what was edited before is kept. ``isAtOnce`` sends it as it is.
export async function edit(row, name, { isAtOnce = false } = {}) {
  const mine = ++asked;
  if (!(await leave()) || mine !== asked) return;
  const answer = await request(addressOf(row, name));
  const form = answer?.page.querySelector("[data-editor]");
  if (answer && !form) return say(answer.status === 403 ? TEXT.refused : TEXT.response);
  if (!form || mine !== asked || !row.isConnected) return;
  const link = shownLink(row, name);
  opened = { row, name, link, form: null, before: "", saving: null };
  put(form, isAtOnce);
  mark(row);
  if (isAtOnce) save();
}

// Leaves the cell that is being edited and keeps what was changed in it; false where that is not possible yet.
export async function leave() {
  if (!opened) return true;
  const { form, saving, before } = opened;
  if (saving) return saving;
  if ("conflict" in form.dataset) return void focusFirst(form) || false;
  if (said(form) === before) return close() || true;
  return form.reportValidity() ? save() : false;
}

function addressOf(row, name) {
  const { cellUrl } = row.parentElement.dataset;
  return cellUrl.replace("REF", encodeURIComponent(row.dataset.row)).replace("NAME", name);
}

// A column that is hidden at this width has its cell elsewhere in the row.
function shownLink(row, name) {
  return [...row.querySelectorAll(`[data-edit="${name}"]`)].filter(isShown).at(-1) ?? null;
}

function put(form, isHidden = false) {
  const place = opened.link?.closest("td, th") ?? opened.row.querySelector(".c-order");
  opened.form?.remove();
  opened.form = form;
  form.hidden = isHidden;
  place.append(form);
  opened.before = said(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(event.submitter);
  });
  form.addEventListener("keydown", onKey);
  form.querySelector("[data-leave]")?.addEventListener("click", () => close());
  if (!isHidden) focusFirst(form);
}

function focusFirst(form) {
  const first = form.querySelector(FIELDS) ?? form.querySelector("button");
  first.focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest" });
}

function mark(row) {
  row.parentElement.querySelector(".cur")?.classList.remove("cur");
  row.classList.add("cur");
}

function close() {
  const { form, link } = opened;
  opened = null;
  const hadFocus = form.contains(document.activeElement);
  form.remove();
  if (hadFocus) link?.focus({ preventScroll: true });
  document.dispatchEvent(new Event("backlog:look")); // what was not shown meanwhile
}

function save(submitter = opened.form.querySelector("[type=submit]")) {
  opened.saving ??= send(submitter).finally(() => opened && (opened.saving = null));
  return opened.saving;
}

async function send(submitter) {
  const { form, row } = opened;
  const body = new FormData(form, submitter);
  body.set("next", wayBack(row));
  form.ariaBusy = "true";
  const answer = await request(form.action, { method: "POST", body });
  form.ariaBusy = null;
  delete form.dataset.sent;
  if (!answer) return refuse("");
  const { page, status } = answer;
  const other = page.querySelector("[data-editor]");
  if (other) return void put(document.adoptNode(other)) || false;
  if (status >= 400) return refuse(page.querySelector("[data-refusal]")?.textContent ?? TEXT.response, status);
  finish(page);
  return true;
}

function finish(page) {
  const { row, name } = opened;
  close();
  const fresh = page.getElementById(row.id);
  if (fresh && row.isConnected) morph(row, fresh);
  const toasts = document.getElementById("toasts");
  toasts.replaceChildren(...page.getElementById("toasts").children);
  window.htmx.process(toasts);
  document.dispatchEvent(new Event("backlog:toasts"));
  if (document.activeElement === document.body) shownLink(row, name)?.focus({ preventScroll: true });
}

function refuse(words, status) {
  const { form } = opened;
  if (status === 403 && !words) words = TEXT.refused;
  const problem = form.querySelector("[data-problem]");
  problem.textContent = words;
  problem.hidden = !words;
  form.hidden = false;
  focusFirst(form);
  return false;
}

// The verb leads back to the board, of which only this row is asked for.
function wayBack(row) {
  const url = new URL(location.href);
  url.searchParams.delete("o");
  url.searchParams.set("live", row.dataset.row);
  return url.pathname + url.search;
}

async function request(url, options = {}) {
  const headers = { "HX-Request": "true", "HX-Target": "cell" };
  try {
    const response = await fetch(url, { cache: "no-store", ...options, headers });
    if (new URL(response.url).pathname === "/sign-in/") return void location.reload();
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return { status: response.status, page };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    say(TEXT.send);
    return null;
  }
}

// The cell after this one, or before it, along the row and on to the next row.
function neighbour(by) {
  const all = [...opened.row.parentElement.querySelectorAll("[data-edit]")].filter(isShown);
  return all[all.indexOf(opened.link) + by];
}

async function onKey(event) {
  const { form } = opened;
  if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // the page's own keys are not for whoever types
  if (event.key === "Escape") return close();
  if (event.key === "Enter" && (event.target.matches("select") || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return form.requestSubmit();
  }
  if (event.key !== "Tab") return;
  const stops = [...form.querySelectorAll(STOPS)].filter(isShown);
  const isEnd = event.target === (event.shiftKey ? stops[0] : stops.at(-1));
  const next = isEnd && neighbour(event.shiftKey ? -1 : 1);
  if (!next) return;
  event.preventDefault();
  const [row, name] = [next.closest("[data-row]"), next.dataset.edit];
  if (await leave()) edit(row, name);
}

// A press anywhere else leaves the cell, as does the keyboard.
document.addEventListener("pointerdown", (event) => {
  if (opened && !opened.form.contains(event.target) && !event.target.closest?.("#toasts, .at-list")) leave();
});
