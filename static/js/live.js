// Live: one event stream a page. A change of plan refreshes values in place; rows move only when nobody is at them.
// A page opts in by parts with an id: [data-live-part] is morphed whole, [data-live-rows] row by row (rows.js), and
// [data-with-order] with the rows when they take their new order.

import { applyOrder, applyRows, isBusy, morph } from "./rows.js";

const BATCH_MS = 1000;
const SILENCE_MS = 40_000;
const LOOK_MS = 500;

const state = {
  lastBeat: 0,
  timer: 0,
  lastRefresh: 0,
  isRefreshing: false,
  isWanted: false,
  wantsOrder: false,
  swaps: 0, // what somebody did
  heard: 0, // events
  hasLeft: false, // something as it was, because somebody was at it
};
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

function show(isLive, text) {
  document.body.dataset.live = isLive ? "on" : "off";
  document.querySelectorAll("[data-live-text]").forEach((node) => (node.textContent = text));
  document.querySelectorAll("[data-live-state]").forEach((node) => (node.title = text));
}

function beat() {
  state.lastBeat = Date.now();
  show(true, "Live");
}

function watch() {
  if (state.lastBeat && Date.now() - state.lastBeat > SILENCE_MS)
    show(false, `Not live since ${clock.format(state.lastBeat)}`);
}

// A page of kept figures waits until they are made anew, since those of the plan that caused it come a moment before.
function concerns(data) {
  if (data.all) return true;
  const isOfFigures = Boolean(document.querySelector("[data-live-figures]"));
  if (isOfFigures || data.figures) return isOfFigures && Boolean(data.figures);
  const scope = document.querySelector("[data-live-refs]");
  const named = [...(data.orders ?? []), ...(data.skus ?? [])];
  return !scope || scope.dataset.liveRefs.split(" ").some((ref) => named.includes(ref));
}

function want(data) {
  if (!document.querySelector("[data-live-part], [data-live-rows]") || !concerns(data)) return;
  state.isWanted = true;
  if (state.timer || state.isRefreshing) return;
  state.timer = setTimeout(refresh, Math.max(0, BATCH_MS - (Date.now() - state.lastRefresh)));
}

// The list in its new order, at once, or after the refresh that is under way.
function showOrder() {
  state.wantsOrder = true;
  clearTimeout(state.timer);
  if (!state.isRefreshing) refresh();
}

function address(withOrder) {
  const url = new URL(location.href);
  if (withOrder) return url;
  const rows = [...document.querySelectorAll("[data-live-rows] [data-row]")];
  if (rows.length) url.searchParams.set("live", rows.map((row) => row.dataset.row).join(","));
  return url;
}

async function refresh() {
  state.timer = 0;
  state.isWanted = false;
  state.isRefreshing = true;
  state.lastRefresh = Date.now();
  const [asked, swaps, withOrder] = [location.href, state.swaps, state.wantsOrder];
  state.wantsOrder = false;
  try {
    const response = await fetch(address(withOrder), { headers: { "HX-Request": "true", "HX-Target": "live" } });
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (state.swaps !== swaps) Object.assign(state, { isWanted: true, wantsOrder: withOrder });
    else if (response.ok && location.href === asked) apply(fresh, withOrder);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: the stream reconnects and asks again
  } finally {
    state.isRefreshing = false;
    if (state.wantsOrder) refresh();
    else if (state.isWanted) want({ all: true });
  }
}

function apply(fresh, withOrder) {
  state.hasLeft = isAnyBusy();
  for (const part of fresh.querySelectorAll("[data-live-part]")) {
    const old = document.getElementById(part.id);
    if (old && !isBusy(old)) {
      morph(old, part);
    }
  }
  const rows = fresh.querySelector("[data-live-rows]");
  if (!rows) return;
  if (!withOrder) return applyRows(rows, showOrder);
  if (!applyOrder(rows)) return;
  for (const part of fresh.querySelectorAll("[data-with-order]")) {
    const old = document.getElementById(part.id);
    if (old) morph(old, part);
  }
}

const isAnyBusy = () => [...document.querySelectorAll("[data-live-part], [data-live-rows] [data-row]")].some(isBusy);

// What was left as it was is looked at again once nobody is at it.
function lookAgain() {
  if (!state.hasLeft || isAnyBusy()) return;
  state.hasLeft = false;
  want({ all: true });
}

// The badge in the navigation counts what this person has not read, on every page.
async function countMentions() {
  const badge = document.getElementById("mention-count");
  if (!badge) return;
  const headers = { "HX-Request": "true", "HX-Target": badge.id };
  const response = await fetch(badge.dataset.mentionCount, { headers }).catch(() => null); // offline: with the next one
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(badge.id);
  const [before, unread] = [badge, fresh].map((node) => (node.hidden ? 0 : Number.parseInt(node.textContent)));
  badge.replaceWith(fresh);
  if (unread > before) document.querySelector("[data-announce]").textContent = "A colleague mentioned you in a note";
}

// The stream begins with what happened since this page was asked for.
function listen(url) {
  const source = new EventSource(`${url}?age=${Math.ceil(performance.now())}`);
  source.addEventListener("hello", beat);
  source.addEventListener("beat", beat);
  for (const name of ["plan", "order", "bulk", "stock", "message", "figures"]) {
    source.addEventListener(name, (event) => {
      beat();
      state.heard += 1;
      const data = JSON.parse(event.data);
      want(data);
      if (data.all) countMentions(); // events were missed
    });
  }
  source.addEventListener("mention", (event) => {
    beat();
    const data = JSON.parse(event.data);
    if (data.all || data.people.includes(Number(document.body.dataset.person))) countMentions();
  });
  source.addEventListener("signed-out", () => {
    source.close();
    state.lastBeat = 0;
    show(false, "Signed out");
  });
  source.addEventListener("error", () => {
    show(false, state.lastBeat ? `Not live since ${clock.format(state.lastBeat)}` : "Not live");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(url), 5000);
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

// What somebody did meanwhile is newer than an answer asked for before it: that answer is thrown away.
for (const name of ["htmx:afterSwap", "backlog:toasts"]) document.addEventListener(name, () => (state.swaps += 1));
// A part that was asked for before an event and came after it may not show it, and only now tells what concerns it.
document.addEventListener("htmx:beforeSend", ({ detail }) => (detail.xhr.heard = state.heard));
document.addEventListener("htmx:afterSwap", ({ detail }) => detail.xhr.heard !== state.heard && want({ all: true }));
document.addEventListener("backlog:look", () => want({ all: true }));

// A form that was refused is shown where it was sent; what stays live is the page that it came from.
if (document.body.dataset.answersPost && document.referrer) history.replaceState(null, "", document.referrer);

if (document.body.dataset.liveUrl) {
  listen(document.body.dataset.liveUrl);
  setInterval(watch, 5000);
  setInterval(lookAgain, LOOK_MS);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
