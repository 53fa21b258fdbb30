// Copy buttons: data-copy holds the text, [data-copy-word] the word that answers.
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

export function listen(words) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const word = button.querySelector("[data-copy-word]") ?? button;
    const before = (button.dataset.copyBefore ??= word.textContent);
    word.textContent = (await put(button.dataset.copy)) ? words.copied : words.notCopied;
    word.classList.add("said");
    button.focus();
    clearTimeout(button.copyTimer);
    button.copyTimer = setTimeout(() => { word.textContent = before; word.classList.remove("said"); }, 1600);
  });
}
