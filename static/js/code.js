// Code to read gets its language's name and a copy button.
const NAMES = { yaml: "YAML", json: "JSON", bash: "Bash", sh: "Shell", python: "Python", ruby: "Ruby", puppet: "Puppet", docker: "Dockerfile", dockerfile: "Dockerfile", ini: "INI", diff: "Diff", powershell: "PowerShell", javascript: "JavaScript", text: "" };

export function dressCode(text, words) {
  for (const block of text.querySelectorAll(".code")) {
    const language = [...block.classList].find((name) => name.startsWith("language-"))?.slice(9) ?? "";
    const bar = document.createElement("div");
    bar.className = "code-bar";
    const name = document.createElement("span");
    name.textContent = NAMES[language] ?? language;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "code-copy", textContent: words.copy });
    button.dataset.copy = block.querySelector("code").textContent.replace(/\n$/, "");
    bar.append(name, button);
    block.prepend(bar);
  }
}
