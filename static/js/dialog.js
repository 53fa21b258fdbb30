// Questions in a dialog: a link with data-dialog brings its content by htmx; without script the link leads to a page that asks the same.
export function askInDialog(lab) {
  const dialog = lab.querySelector("#dialog");
  dialog?.addEventListener("htmx:afterSwap", () => {
    if (dialog.open) return;
    // The menu closes first: what has the focus now gets it back when the dialog closes.
    const menu = document.activeElement?.closest("details.menu");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    dialog.showModal();
  });
  // A form in it that htmx sends changes what is behind it.
  dialog?.addEventListener("htmx:beforeRequest", (event) => { if (event.target.matches("form[hx-post]")) dialog.close(); });
  dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  // A menu's way to what a command changed: the line under its block.
  lab.addEventListener("click", (event) => {
    const link = event.target.closest("[data-changes]");
    if (!link) return;
    event.preventDefault();
    link.closest("details").open = false;
    const changes = link.closest(".block").querySelector(".changes");
    changes.open = true;
    changes.querySelector("summary").focus();
    changes.scrollIntoView({ block: "nearest" });
  });
}
