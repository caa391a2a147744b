// htmx: say so when a request fails, and leave alone what a person is typing in.

import { typingIn } from "./rows.js";

// What a person is typing stays; what was loaded by itself (preview, test) stays until it loads anew. A button that has
// the focus gets its new label: Idiomorph would leave alone all that is in it.
const { Idiomorph } = window;
Object.defineProperty(Idiomorph.defaults, "ignoreActiveValue", { enumerable: true, get: () => Boolean(typingIn()) });
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) =>
  !(old.dataset?.keep && old.dataset.keep === fresh?.dataset?.keep && old.id === fresh.id);

export const TEXT = {
  send: "The server did not answer. Your filters are kept. Try again.",
  refused: "Your role does not allow this. Nothing was changed.",
  response: "The server could not do that. Nothing was changed. Try again.",
};

let said = 0;

// Its id keeps Idiomorph from making it the next toast, which would leave when this one has to.
export function say(text) {
  const toasts = document.getElementById("toasts");
  const toast = document.createElement("div");
  toast.id = `said-${(said += 1)}`;
  toast.className = "toast";
  toast.dataset.toast = "";
  toast.textContent = text;
  toasts.append(toast);
  document.dispatchEvent(new Event("backlog:toasts"));
}

document.addEventListener("htmx:sendError", () => say(TEXT.send));
document.addEventListener("htmx:timeout", () => say(TEXT.send));
document.addEventListener("htmx:responseError", (event) => {
  say(event.detail.xhr.status === 403 ? TEXT.refused : TEXT.response);
});

// A session that ended answers with the sign-in page: go there instead of swapping it in.
document.addEventListener("htmx:beforeSwap", (event) => {
  const url = event.detail.xhr.responseURL;
  if (url && new URL(url).pathname === "/sign-in/") {
    event.preventDefault();
    location.reload();
  }
});

// Answers may overtake each other: a place shows what was asked for last.
const lastAsked = new WeakMap();

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.requestConfig.verb === "get") lastAsked.set(detail.target, detail.xhr);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, target, xhr } = event.detail;
  const last = requestConfig.verb === "get" && lastAsked.get(target);
  if (last && last !== xhr) event.preventDefault();
});

// An empty filter field is no filter: keep it out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  const parameters = event.detail.parameters;
  for (const name of new Set(Object.keys(parameters))) if (parameters[name] === "") delete parameters[name];
});
