// Arrow keys step through the replay; the slider goes where it is let go.
const slider = document.getElementById("player-at");
document.getElementById("player-go").hidden = true;
slider.addEventListener("change", () => slider.form.requestSubmit());

const KEYS = { ArrowLeft: "go-before", ArrowRight: "go-after", Home: "go-first", End: "go-last" };
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, pre, [contenteditable]")) return;
  const link = document.getElementById(KEYS[event.key] ?? "");
  if (!link) return;
  event.preventDefault();
  link.click();
});

document.getElementById("player").dataset.live = "";  // the keys work now
