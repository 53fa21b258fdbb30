// Pictures of notes: motion can be stopped, and what does not scroll is no stop of the Tab key.
import "./strategies.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");

function motion(button) {
  const svg = button.closest("figure").querySelector("svg");
  let moving = true;
  const show = () => { button.textContent = moving ? button.dataset.pause : button.dataset.play; };
  button.hidden = false;
  button.addEventListener("click", () => {
    moving = !moving;
    if (moving) svg.unpauseAnimations(); else svg.pauseAnimations();
    show();
  });
  const follow = () => { if (still.matches || !moving) svg.pauseAnimations(); else svg.unpauseAnimations(); };
  still.addEventListener("change", follow);
  follow();
}

const rooms = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth + 1;
    if (scrolls) target.tabIndex = 0; else target.removeAttribute("tabindex");
    if (scrolls) target.setAttribute("role", "region"); else target.removeAttribute("role");
  }
});

function begin(within) {
  for (const button of within.querySelectorAll("[data-picture-motion][hidden]")) motion(button);
  for (const room of within.querySelectorAll(".picture-room")) rooms.observe(room);
}

begin(document);
document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
