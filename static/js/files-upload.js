// Uploads: chosen, or dropped on the tree; onto a folder they go into it.
const MOST_MB = 24;

export function listenUploads(files) {
  const { element } = files;
  const chosen = element.querySelector("[data-chosen]");
  const side = element.querySelector("[data-drop]");

  async function upload(list, folder) {
    if (!list.length) return;
    const size = [...list].reduce((sum, file) => sum + file.size, 0);
    if (size > MOST_MB * 1024 * 1024) return files.say(files.words.tooLarge.replace("{limit}", MOST_MB));
    const fields = new FormData();
    fields.append("folder", folder);
    for (const file of list) fields.append("files", file);
    files.say(files.words.uploading);
    await files.act(files.urls.upload, fields, ({ key }) => files.tree.reveal(key));
  }

  element.querySelector("[data-upload]").addEventListener("click", () => chosen.click());
  chosen.addEventListener("change", async () => {
    await upload(chosen.files, files.tree.folder().key);
    chosen.value = "";
  });
  const folderAt = (event) => event.target.closest("[data-kind=d]")?.dataset.key ?? files.tree.folder().key;
  // Dropped beside the tree a file would take the page's place.
  element.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    side.classList.add("is-over");
  });
  element.addEventListener("dragleave", () => side.classList.remove("is-over"));
  element.addEventListener("drop", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    side.classList.remove("is-over");
    upload(event.dataTransfer.files, folderAt(event));
  });
}
