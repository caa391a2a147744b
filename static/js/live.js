// Live: one event stream a page. A change of plan refreshes values in place; rows never move until the user says so.
// A page opts in by parts with an id: [data-live-part] is morphed whole, [data-live-rows] row by row.

const BATCH_MS = 1000;
const SILENCE_MS = 40_000;
const TINT_MS = 2400;
const ANNOUNCE_MS = 30_000;

const state = { lastBeat: 0, timer: 0, lastRefresh: 0, isRefreshing: false, isWanted: false, lastAnnounced: 0 };
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

function address() {
  const url = new URL(location.href);
  const rows = [...document.querySelectorAll("[data-live-rows] [data-row]")];
  if (rows.length) url.searchParams.set("live", rows.map((row) => row.dataset.row).join(","));
  return url;
}

async function refresh() {
  state.timer = 0;
  state.isWanted = false;
  state.isRefreshing = true;
  state.lastRefresh = Date.now();
  const asked = location.href;
  try {
    const response = await fetch(address(), { headers: { "HX-Request": "true", "HX-Target": "live" } });
    if (response.ok && location.href === asked)
      apply(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // offline: the stream reconnects and asks again
  } finally {
    state.isRefreshing = false;
    if (state.isWanted) want({ all: true });
  }
}

function isBusy(node) {
  const busy = node.querySelector("details[open], dialog[open], [role=alert], .htmx-request");
  return Boolean(busy) || node.contains(typingIn());
}

function typingIn() {
  const active = document.activeElement;
  return active?.matches("input, textarea, select") ? active : null;
}

function morph(old, fresh) {
  const before = texts(old);
  window.Idiomorph.morph(old, fresh, { ignoreActiveValue: true, callbacks: { beforeAttributeUpdated: keepOwn } });
  tint(before, old);
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
    if (before.get(index) === cell.textContent.replace(/\s+/g, " ").trim()) return;
    cell.classList.add("touched");
    setTimeout(() => cell.classList.remove("touched"), TINT_MS);
  });
}

function apply(fresh) {
  for (const part of fresh.querySelectorAll("[data-live-part]")) {
    const old = document.getElementById(part.id);
    if (old && !isBusy(old)) {
      morph(old, part);
      window.htmx.process(old);
    }
  }
  const rows = fresh.querySelector("[data-live-rows]");
  if (rows) applyRows(rows);
}

function applyRows(fresh) {
  const shown = [...document.querySelectorAll("[data-live-rows] [data-row]")];
  for (const old of shown) {
    const row = fresh.querySelector(`#${CSS.escape(old.id)}`);
    old.toggleAttribute("data-gone", !row);
    if (row && !isBusy(old)) {
      morph(old, row);
      window.htmx.process(old);
    }
  }
  const order = (fresh.dataset.order ?? "").split(" ").filter(Boolean);
  offer(
    movedCount(
      shown.map((row) => row.dataset.row),
      order,
    ),
  );
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

function offer(moved) {
  const text = `${moved} rank ${moved === 1 ? "change" : "changes"}`;
  document.querySelectorAll("[data-apply-ranks]").forEach((button) => {
    button.hidden = !moved;
    button.querySelector("[data-apply-text]").textContent = text;
  });
  if (!moved || Date.now() - state.lastAnnounced < ANNOUNCE_MS) return;
  state.lastAnnounced = Date.now();
  document.querySelector("[data-announce]").textContent = text;
}

function listen(url) {
  const source = new EventSource(url);
  source.addEventListener("hello", beat);
  source.addEventListener("beat", beat);
  for (const name of ["plan", "order", "bulk", "stock", "message", "figures"]) {
    source.addEventListener(name, (event) => {
      beat();
      want(JSON.parse(event.data));
    });
  }
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

if (document.body.dataset.liveUrl) {
  listen(document.body.dataset.liveUrl);
  setInterval(watch, 5000);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
