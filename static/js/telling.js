// The agents' workspace by keyboard: j and k along the queue, 1 to 3 choose a date, a macro's letter fills it in, 0 puts it off,
// Ctrl+Enter sends and goes on.
// Whatever is chosen shows in the message at once.

const PAUSE_MS = 300;
let timer = 0;

const form = () => document.querySelector("[data-telling-form]");

function preview() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    if (!form()) return;
    const way = form().elements.way?.value;
    const values = new FormData(form());
    const query = new URLSearchParams({ ref: form().dataset.tellingForm });
    for (const name of ["eta_on", "other_on", "reason", "note", "compensation", "macro", "asks"]) if (values.get(name)) query.set(name, values.get(name));
    await htmx.ajax("GET", `${location.pathname}?${query}`, {
      target: "#telling-preview",
      select: "#telling-preview",
      swap: "outerHTML",
    });
    const again = form()?.querySelector(`[name=way][value="${way}"]`);
    if (again) again.checked = true;
  }, PAUSE_MS);
}

function step(by) {
  const items = [...document.querySelectorAll("[data-queue-item]")];
  const at = items.findIndex((item) => item.closest("[aria-current]"));
  items[Math.min(items.length - 1, Math.max(0, at + by))]?.click();
}

// Whom no message reaches is called: then what was said is next, and no key says for anybody that they were reached.
function send() {
  const button = document.querySelector("[data-send]:not(:disabled)");
  if (button) return button.click();
  const note = document.getElementById("call-note");
  if (!note?.checkVisibility()) return;
  note.focus();
  document.querySelector("[data-announce]").textContent = "No message reaches this customer: call, then say how it went";
}

function openNotNow() {
  const summary = document.querySelector("[data-not-now]");
  if (!summary) return;
  summary.parentElement.open = true;
  summary.parentElement.querySelector("input").focus();
}

// In the popover Enter is not the form's first button, and Ctrl+Enter does not send.
function pressEnterInPopover(event) {
  if (!event.target.matches("input")) return;
  event.preventDefault();
  if (event.target.name === "other_at") document.querySelector("[data-remind]").click();
  else if (event.ctrlKey || event.metaKey) document.querySelector("[data-save-untold]:not(:disabled)")?.click();
}

function pressMacro(key) {
  const macro = /^[a-z]$/.test(key) && document.querySelector(`[data-macro-key="${key}"]`);
  macro?.click?.();
  return Boolean(macro);
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("[data-telling-form]")) return;
  if (event.target.matches("[name=way], [name=call_note], [name=why], .popover *, .line-eta *")) return;
  if (event.target.name === "other_on" && event.target.value)
    document.querySelectorAll("[data-date-choice]").forEach((choice) => (choice.checked = false));
  if (event.target.matches("[data-date-choice]")) form().elements.other_on.value = "";
  preview();
});

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-telling]")) return;
  if (event.key === "Enter" && event.target.closest("[data-popover]")) {
    pressEnterInPopover(event);
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    send();
    return;
  }
  const isTyping = event.target.matches("input:not([type=radio]), textarea, select");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if ("123".includes(event.key)) document.querySelectorAll("[data-date-choice]")[event.key - 1]?.click();
  else if (event.key === "0") openNotNow();
  else if (!pressMacro(event.key)) return;
  event.preventDefault();
});
