// A secret is asked for when its button is pressed, and stands in the page from then on.

import { say } from "./copy.js";

export function secrets() {
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest(".secret");
    if (!form) return;
    event.preventDefault();
    const answer = await fetch("/api/v1/keys/reveal", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) {
      say(document.getElementById("say").dataset.failed);
      return;
    }
    const { value } = await answer.json();
    const code = document.createElement("code");
    code.className = "break";
    code.textContent = value;
    const icon = document.querySelector(".copy").cloneNode(true);
    for (const name of Object.keys(icon.dataset)) delete icon.dataset[name];
    icon.dataset.copyText = value;
    form.replaceWith(code, icon);
    icon.focus();
  });
}
