// The table of sandboxes: tick a whole page, and see how many are ticked. Without it each is ticked by itself.
const form = document.getElementById("desk-choose");
const all = document.getElementById("desk-all");
const boxes = form ? [...form.querySelectorAll("input[name=pk]")] : [];

function show() {
  const ticked = boxes.filter((box) => box.checked).length;
  document.getElementById("desk-count").textContent = ticked ? `(${ticked})` : "";
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", (event) => { if (event.target.name === "pk") show(); });
  show();  // the browser may have kept some from before
}

// What is kept up to date is left alone while a button in it is pressed: put anew before the release it would get no click.
document.addEventListener("htmx:beforeSwap", (event) => { if (event.target.matches("[hx-trigger^=every]:active")) event.detail.shouldSwap = false; });
