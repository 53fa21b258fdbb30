// Put server-rendered HTML where its id already is, or at the end of `home`. The focus stays on the element of the same id.
export function put(html, home) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const at = document.activeElement?.id;
  for (const element of [...template.content.children]) {
    const old = element.id && document.getElementById(element.id);
    if (old) {
      if (old.startedAt !== undefined) element.startedAt = old.startedAt;
      old.replaceWith(element);
    } else home?.append(element);
    window.htmx?.process(element);
  }
  if (at && document.activeElement?.id !== at) document.getElementById(at)?.focus({ preventScroll: true });
}
