// Copy buttons: data-copy holds the text, data-copy-of the id of what has it; a link with data-copy-link is copied as an address.
// [data-copy-word] is the word that answers; words heard as well go to #said.
function byHand(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byHand(text);
  }
}

function textOf(button) {
  if ("copyLink" in button.dataset) return button.href;
  return button.dataset.copy ?? document.getElementById(button.dataset.copyOf)?.textContent ?? "";
}

export function listen(words) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-of], [data-copy-link]");
    if (!button) return;
    event.preventDefault();
    const word = button.querySelector("[data-copy-word]") ?? button;
    const before = (button.dataset.copyBefore ??= word.textContent);
    word.textContent = (await put(textOf(button))) ? words.copied : words.notCopied;
    word.classList.add("said");
    const said = document.getElementById("said");
    if (said) said.textContent = word.textContent;
    button.focus();
    clearTimeout(button.copyTimer);
    button.copyTimer = setTimeout(() => { word.textContent = before; word.classList.remove("said"); }, 1600);
  });
}
