// Who has reached this server, looked at again and again while the page is in sight.

import { clock, full } from "./times.js";

const every = 1500; // ms

export function connect() {
  const list = document.getElementById("contacts");
  if (!list) return;
  let shown = "";
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(list.dataset.from).catch(() => null);
    if (!answer?.ok) return;
    const text = await answer.text();
    if (text === shown) return;
    shown = text;
    const { contacts } = JSON.parse(text);
    list.replaceChildren(...contacts.map(item));
    document.getElementById("no-contact").hidden = contacts.length > 0;
  };
  look();
  setInterval(look, every);
}

function item(contact) {
  const element = document.getElementById("contact").content.firstElementChild.cloneNode(true);
  const outcome = contact.reached ? "accepted" : "refused";
  element.className = `contact ${outcome}`;
  const glyph = element.querySelector(".glyph");
  glyph.setAttribute("class", `glyph ${outcome}`);
  glyph.firstElementChild.setAttribute("href", `#i-${outcome}`);
  const date = new Date(contact.time);
  const time = element.querySelector("time");
  time.dateTime = contact.time;
  time.title = full(date);
  time.textContent = clock(date);
  const put = (name, text) => {
    const place = element.querySelector(`[data-f="${name}"]`);
    place.textContent = text ?? "";
    place.hidden = !text;
    return place;
  };
  put("what", contact.count > 1 ? `${contact.what} × ${contact.count}` : contact.what);
  const where = put("where", contact.where);
  if (contact.page) where.href = contact.page;
  put("text", contact.text);
  return element;
}
