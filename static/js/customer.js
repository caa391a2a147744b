// While a customer's choice is being planned, look again every second until the new date is there.

const LOOKS = 30;
const PAUSE_MS = 1000;

async function look(left) {
  if (!left || !document.querySelector("[data-planning]")) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  const page = response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  if (page && !page.querySelector("[data-planning]")) {
    document.querySelector("main").replaceWith(page.querySelector("main"));
    return;
  }
  setTimeout(() => look(left - 1), PAUSE_MS);
}

// What was refused is shown where it was sent, which a phone that opens its tabs anew could not load.
const { page } = document.body.dataset;
if (page) history.replaceState(null, "", page);

setTimeout(() => look(LOOKS), PAUSE_MS);
