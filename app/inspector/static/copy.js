// Copying: data-copy names an element, data-copy-text holds the text, data-copy-json an answer of the API with it in a
// field, for texts whose bytes a page cannot hold.

export function say(text) {
  const place = document.getElementById("say");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

export function copying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const words = document.getElementById("say").dataset;
    try {
      await put(await textOf(button));
      say(words.copied);
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1200);
    } catch {
      say(words.failed);
    }
  });
}

async function textOf(button) {
  const { copy, copyText, copyJson, field } = button.dataset;
  if (copyText !== undefined) return copyText;
  if (copyJson !== undefined) {
    const answer = await fetch(copyJson);
    const value = (await answer.json())[field];
    if (typeof value !== "string") throw new Error("not a text");
    return value;
  }
  return document.getElementById(copy).textContent;
}

async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Over plain HTTP from another machine there is no clipboard API: select the text, and copy that.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hide";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("not copied");
}
