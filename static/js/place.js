// Put server-rendered HTML where its id already is, or at the end of `home`. The focus stays on the element of the same id.
// What did not change is left alone, so that a selection in it survives; what was folded stays so. Returns the elements that are new.
const same = (element) => element.outerHTML.replace(/<input type="hidden" name="csrf[^>]*>| disabled=""| just-passed/g, "").replace(/\s+/g, " ");

function passedNow(old, element) {
  return element.classList.contains("is-passed") && !old.classList.contains("is-passed");
}

export function put(html, home) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const at = document.activeElement?.id;
  const placed = [];
  for (const element of [...template.content.children]) {
    const old = element.id && document.getElementById(element.id);
    // Their own tags first: a block of a long output is a megabyte to compare.
    if (old && same(old.cloneNode()) === same(element.cloneNode()) && same(old) === same(element)) continue;
    if (old) {
      if (old.startedAt !== undefined) element.startedAt = old.startedAt;
      if (passedNow(old, element)) element.classList.add("just-passed");
      for (const field of old.querySelectorAll("input[id]:not([type=hidden])")) {
        const twin = element.querySelector(`#${CSS.escape(field.id)}`);
        if (twin) twin.value = field.value;
      }
      for (const fold of old.querySelectorAll("details[id]")) {
        const twin = element.querySelector(`#${CSS.escape(fold.id)}`);
        if (twin) twin.open = fold.open;
      }
      old.replaceWith(element);
    } else if (home) home.append(element);
    else continue;
    placed.push(element);
    window.htmx?.process(element);
  }
  if (at && document.activeElement?.id !== at) document.getElementById(at)?.focus({ preventScroll: true });
  return placed;
}
