// Links that are shown once: copied by a button, marked whole by a click.
import { listen } from "./copy.js";

const said = document.getElementById("said");
if (said) listen(said.dataset);
for (const button of document.querySelectorAll("[data-script]")) button.hidden = false;
for (const box of document.querySelectorAll("[data-once]")) box.addEventListener("focus", () => box.select());
