// A key can press a button that is gone thereafter. The keyboard goes on from where that was, not from the top of the
// page: in the same row while it is there, else in what is around it. Whoever points has their place in their hand.

const STOPS = "a[href], button, summary, input:not([type=hidden]), select";
const LISTS = "[role=region][tabindex]";
let around = []; // the ids of what holds the focus, the nearest first

function idsAround(node) {
  const ids = [];
  for (let at = node; at; at = at.parentElement) if (at.id) ids.push(at.id);
  return ids;
}

function stopIn(place) {
  if (place.matches("[tabindex]")) return place;
  return place.querySelector(LISTS) ?? [...place.querySelectorAll(STOPS)].find((node) => node.checkVisibility());
}

function keepPlace() {
  if (document.activeElement !== document.body) return;
  const place = around.map((id) => document.getElementById(id)).find((node) => node?.checkVisibility());
  if (place) stopIn(place)?.focus({ preventScroll: true });
}

document.addEventListener("focusin", ({ target }) => (around = target.matches(":focus-visible") ? idsAround(target) : []));
document.addEventListener("pointerdown", () => (around = []), true);
document.addEventListener("htmx:afterSettle", keepPlace);
