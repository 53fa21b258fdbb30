// Ace, loaded when a file is first opened. Its styles are a file of their own: our pages allow no others, and css/files.css has its colours.
let loading;

function load(tag, attributes) {
  const element = Object.assign(document.createElement(tag), attributes);
  return new Promise((done, failed) => {
    element.addEventListener("load", done);
    element.addEventListener("error", () => failed(new Error(`${element.src || element.href} was not loaded`)));
    document.head.append(element);
  });
}

async function loadAce({ ace, aceCss, aceBase }) {
  await Promise.all([load("link", { rel: "stylesheet", href: aceCss }), load("script", { src: ace })]);
  window.ace.config.set("useStrictCSP", true);
  for (const path of ["basePath", "modePath", "themePath", "workerPath"]) window.ace.config.set(path, aceBase);
  return window.ace;
}

// -> an Ace editor after `field`, which it stands for; on: {changed(), save(), leave()}
export async function edit(field, { mode, label, described }, urls, on) {
  loading ??= loadAce(urls);
  let ace;
  try {
    ace = await loading;
  } catch (error) {
    loading = undefined;
    throw error;
  }
  const home = Object.assign(document.createElement("div"), { className: "file-ace" });
  field.after(home);
  const editor = ace.edit(home, {
    value: field.value,
    mode: `ace/mode/${mode}`,
    useWorker: false,
    showPrintMargin: false,
    tabSize: mode === "python" || mode === "sh" ? 4 : 2,
    useSoftTabs: !/^\t/m.test(field.value),
    newLineMode: "unix",
    textInputAriaLabel: label,
  });
  editor.setTheme({ cssClass: "ace-course", isDark: false, cssText: "" });
  editor.session.setUndoManager(new ace.UndoManager());
  for (const name of ["openCommandPalette", "openCommandPallete", "showSettingsMenu"]) editor.commands.removeCommand(name);
  editor.commands.addCommand({ name: "save", bindKey: { win: "Ctrl-S", mac: "Command-S" }, exec: on.save });
  editor.commands.addCommand({
    name: "leave",
    bindKey: "Esc",
    exec: () => (editor.inMultiSelectMode ? editor.exitMultiSelectMode() : on.leave()),
  });
  editor.session.on("change", on.changed);
  const input = editor.textInput.getElement();
  input.setAttribute("aria-label", label);
  input.setAttribute("aria-describedby", described);
  return editor;
}
