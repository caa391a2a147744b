// What every page has: toasts that leave, dialogs, popovers, and choices kept in cookies that the server renders.

const TOAST_MS = 8000;
const UNDO_MS = 60_000;
const YEAR_S = 365 * 24 * 3600;
const RESEND_MS = 3000;
const LOOKS = ["theme", "density"];

export function keepChoice(name, value) {
  document.cookie = `${name}=${value};path=/;max-age=${YEAR_S};samesite=lax`;
}

export function toggleNav() {
  const isRail = document.querySelector(".side").clientWidth < 100;
  const next = isRail ? "full" : "rail";
  document.body.dataset.nav = next;
  keepChoice("nav", next);
}

export function toggleDensity() {
  const root = document.documentElement;
  const next = root.dataset.density === "compact" ? "comfortable" : "compact";
  root.dataset.density = next;
  keepChoice("density", next);
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

// A link brings the page's main part; the navigation beside it stays, and marks where it led.
function markPlace() {
  for (const link of document.querySelectorAll(".side .nav a:not(.find)")) {
    if (location.pathname.startsWith(link.pathname)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function applyTheme(value) {
  if (value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
  document.querySelector('meta[name="color-scheme"]').content = value === "system" ? "light dark" : value;
  keepChoice("theme", value);
}

function startToast(toast) {
  if (toast.dataset.started) return;
  toast.dataset.started = "true";
  const close = toast.querySelector("[data-toast-close]");
  if (close) close.hidden = false;
  let timer = 0;
  const stay = () => clearTimeout(timer);
  const wait = () => {
    stay();
    timer = setTimeout(() => leave(toast), TOAST_MS);
  };
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stay);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, wait);
  wait();
}

// What can be undone is out of the way, but its key goes on working for a while.
function leave(toast) {
  if (!toast.querySelector("[data-key=z]")) return toast.remove();
  toast.hidden = true;
  setTimeout(() => toast.remove(), UNDO_MS - TOAST_MS);
}

function startToasts() {
  document.querySelectorAll("[data-toast]").forEach(startToast);
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("button, a, summary");
  for (const popover of document.querySelectorAll("details[data-popover][open]")) {
    if (!popover.contains(event.target)) popover.open = false;
  }
  if (!target) return;
  if (target.dataset.open) openDialog(target.dataset.open);
  if ("close" in target.dataset)
    target.closest("dialog, details")?.tagName === "DIALOG"
      ? target.closest("dialog").close()
      : (target.closest("details").open = false);
  if ("toastClose" in target.dataset) target.closest("[data-toast]").remove();
  if ("densityToggle" in target.dataset) {
    event.preventDefault();
    toggleDensity();
  }
  if ("navToggle" in target.dataset) toggleNav();
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || !LOOKS.includes(button.name)) return;
  event.preventDefault();
  if (button.name === "theme") applyTheme(button.value);
  else if ((document.documentElement.dataset.density === "compact") !== (button.value === "compact")) toggleDensity();
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
});

// A form is sent once: a second press while the first is under way goes nowhere, not even to htmx. (It would carry the
// version that the first press has just used up, and be refused as stale.) Forms that queue their presses may repeat.
// htmx says when the answer is there; of a form that the browser sends by itself the page hears nothing.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.method !== "post" || "repeatable" in form.dataset || LOOKS.includes(event.submitter?.name)) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    form.dataset.sent = "page";
    setTimeout(() => form.dataset.sent === "page" && delete form.dataset.sent, RESEND_MS);
  },
  true,
);
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.requestConfig.elt.dataset.sent) detail.requestConfig.elt.dataset.sent = "part";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => delete detail.requestConfig.elt.dataset.sent);

// What opens below the edge of a list is brought in sight.
document.addEventListener(
  "toggle",
  (event) => {
    const popover = event.target;
    if (popover.open && "popover" in popover.dataset) popover.querySelector(".pop")?.scrollIntoView({ block: "nearest" });
  },
  true,
);

document.addEventListener("htmx:pushedIntoHistory", markPlace);
document.addEventListener("htmx:afterSettle", startToasts);
document.addEventListener("backlog:toasts", startToasts);
startToasts();
