// Offers the zone of the machine that the person sits at.

const offer = document.querySelector("[data-own-zone]");
const zones = document.getElementById("zone");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

if ([...zones.options].some((option) => option.value === own) && own !== zones.value) {
  offer.textContent = `Use ${own}, as this computer`;
  offer.hidden = false;
  offer.addEventListener("click", () => {
    zones.value = own;
    offer.form.requestSubmit();
  });
}
