// The rows of a live list: cells change in place, rows stay where they are while anybody is at the list.
// A new order waits behind "3 rank changes, show" and comes by itself once the pointer and the keyboard have left.

import { hasSelection } from "./selection.js";

const TINT_MS = 2400;
const ANNOUNCE_MS = 30_000;
const CALM_MS = 1500;
const LOOK_MS = 250;

const waiting = { moved: 0, calmSince: 0, timer: 0, lastAnnounced: 0, show: null, isAskedFor: false };

const list = () => document.querySelector("[data-live-rows]");

export function typingIn() {
  const active = document.activeElement;
  return active?.matches("input, textarea, select") ? active : null;
}

export function isBusy(node) {
  const busy = node.querySelector("details[open], dialog[open], [role=alert]:not([hidden]), [data-editor], .htmx-request");
  return Boolean(busy) || node.contains(typingIn());
}

// Somebody is at the list: the pointer is over it, the keyboard's cursor or focus is in it, orders are ticked, or a menu,
// a dialog or a field is open anywhere on the page.
function isInUse() {
  const region = list()?.closest("[role=region]");
  if (!region) return false;
  if (region.matches(":hover") || region.contains(document.activeElement) || region.querySelector(".cur")) return true;
  return hasSelection() || Boolean(typingIn() || document.querySelector("details[data-popover][open], dialog[open], [data-editor]"));
}

export function morph(old, fresh, options = {}) {
  const before = texts(old);
  const callbacks = { beforeAttributeUpdated: keepOwn };
  window.Idiomorph.morph(old, fresh, { callbacks, ...options });
  tint(before, old);
  window.htmx.process(old);
}

// Which row is current or ticked and what is tinted belongs to this page, not to the server.
function keepOwn(name, node) {
  if (name === "checked") return !node.matches("[data-select]");
  return !(name === "class" && node.matches("[data-row], .touched"));
}

function texts(node) {
  return new Map([...cells(node)].map((cell, index) => [index, cell.textContent.replace(/\s+/g, " ").trim()]));
}

function cells(node) {
  return node.matches("[data-row]") ? node.children : node.querySelectorAll("[data-tint]");
}

function tint(before, node) {
  [...cells(node)].forEach((cell, index) => {
    if (before.get(index) !== cell.textContent.replace(/\s+/g, " ").trim()) touch(cell);
  });
}

function touch(cell) {
  cell.classList.add("touched");
  setTimeout(() => cell.classList.remove("touched"), TINT_MS);
}

// Change the rows that are there, each in its place; ``show`` asks for the list in its new order.
export function applyRows(fresh, show) {
  const shown = [...document.querySelectorAll("[data-live-rows] [data-row]")];
  for (const old of shown) {
    const row = fresh.querySelector(`#${CSS.escape(old.id)}`);
    old.toggleAttribute("data-gone", !row);
    if (row && !isBusy(old)) morph(old, row);
  }
  const order = (fresh.dataset.order ?? "").split(" ").filter(Boolean);
  const refs = shown.map((row) => row.dataset.row);
  offer(movedCount(refs, order), show);
}

// Put the rows into their new order: those that stay are moved, not made anew, so focus, ticks and scroll stay.
// Whoever came back to the list while it was fetched keeps it as it is, unless they asked for it.
export function applyOrder(fresh) {
  const body = list();
  if (!body || body.querySelector("[data-editor]") || (!waiting.isAskedFor && isInUse())) return false;
  const places = new Map([...body.children].map((row, index) => [row.id, index]));
  morph(body, fresh, { morphStyle: "innerHTML" });
  [...body.children].forEach((row, index) => {
    if (places.get(row.id) !== index) touch(row.querySelector(".c-rank") ?? row);
  });
  body.querySelector(".cur")?.scrollIntoView({ block: "nearest" });
  offer(0, null);
  document.dispatchEvent(new Event("backlog:rows"));
  return true;
}

// How few rows would have to move: those that are new here, and those outside the longest run that kept its order.
function movedCount(shown, fresh) {
  const place = new Map(shown.map((ref, index) => [ref, index]));
  const kept = fresh.filter((ref) => place.has(ref)).map((ref) => place.get(ref));
  const lengths = [];
  kept.forEach((value, index) => {
    const before = lengths.filter((_, earlier) => kept[earlier] < value);
    lengths[index] = 1 + Math.max(0, ...before);
  });
  return Math.max(shown.length, fresh.length) - Math.max(0, ...lengths);
}

function offer(moved, show) {
  Object.assign(waiting, { moved, show, isAskedFor: false });
  clearInterval(waiting.timer);
  document.querySelectorAll("[data-apply-rows]").forEach((button) => {
    const noun = button.dataset.applyRows;
    button.hidden = !moved;
    button.querySelector("[data-apply-text]").textContent = `${moved} ${noun}${moved === 1 ? "" : "s"}, show`;
  });
  if (!moved) return void (waiting.calmSince = 0);
  waiting.timer = setInterval(showWhenCalm, LOOK_MS);
  announce();
}

function showWhenCalm() {
  if (isInUse()) waiting.calmSince = 0;
  else waiting.calmSince ||= Date.now();
  if (!waiting.calmSince || Date.now() - waiting.calmSince < CALM_MS) return;
  waiting.calmSince = 0; // should somebody come back meanwhile, it starts anew
  waiting.show();
}

function announce() {
  if (Date.now() - waiting.lastAnnounced < ANNOUNCE_MS) return;
  waiting.lastAnnounced = Date.now();
  const text = document.querySelector("[data-apply-text]")?.textContent;
  if (text) document.querySelector("[data-announce]").textContent = text.replace(", show", " wait");
}

document.addEventListener("click", (event) => {
  if (!waiting.moved || !event.target.closest("[data-apply-rows]")) return;
  waiting.isAskedFor = true;
  waiting.show();
});
// Another list was put in its place: what waited for the old one is of no use.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches("#main, body")) offer(0, null);
});
