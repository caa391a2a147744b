// Words that are not saved yet: what acts on the saved ones ([data-acts-on-saved]) waits until form[data-unsaved] says
// the same as the server, or it would send or publish something else than what is on the screen.

function isUnsaved(form) {
  return "refused" in form.dataset || [...form.elements].some((field) => field.type !== "hidden" && field.value !== (field.defaultValue ?? field.value));
}

function look(form) {
  const waits = isUnsaved(form);
  for (const button of document.querySelectorAll("[data-acts-on-saved]")) button.disabled = waits;
  form.querySelector("[data-unsaved-hint]").hidden = !waits;
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-unsaved]");
  if (form) look(form);
});
document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("form[data-unsaved]").forEach(look));
