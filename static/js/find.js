// "/" goes to the search of any page; in its results the arrow keys go up and down, and Escape back to the box.
const box = () => document.getElementById("search-box") ?? document.getElementById("bar-search");
const hits = () => [...document.querySelectorAll("#results [data-hit]")];
const types = (element) => element.closest?.("input, textarea, select, [contenteditable], .console, dialog");

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/" && !types(event.target)) seek(event);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event, event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === "Escape" && hits().includes(event.target)) box().focus();
});

// Where there is no room for a box, a link leads to one.
function seek(event) {
  const found = box();
  event.preventDefault();
  if (found?.checkVisibility()) found.select();
  else document.getElementById("bar-find")?.click();
}

function step(event, by) {
  const all = hits();
  const at = event.target.id === "search-box" ? -1 : all.indexOf(event.target);
  if (!all.length || (at < 0 && (event.target.id !== "search-box" || by < 0))) return;
  event.preventDefault();
  (all[at + by] ?? (at + by < 0 ? box() : event.target)).focus();
}
