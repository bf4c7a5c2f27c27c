// The list, live: each new exchange becomes a row, made from the page's own template. Texts come in by textContent only.

import { clock, full, took } from "./times.js";

const rowsMost = 500;

export function live() {
  const listing = document.getElementById("listing");
  const light = document.getElementById("live");
  if (!listing?.dataset.stream) return;
  const rows = document.getElementById("rows");

  const show = (state) => {
    light.dataset.state = state;
    light.lastElementChild.textContent = light.dataset[state];
    light.title = light.dataset[state];
  };
  const stream = new EventSource(listing.dataset.stream);
  stream.addEventListener("open", () => show("live"));
  stream.addEventListener("error", () => show(stream.readyState === EventSource.CLOSED ? "lost" : "waiting"));
  stream.addEventListener("exchange", (event) => add(rows, JSON.parse(event.data)));
  // A page that is kept for going back must not hold a stream; when it is shown again it is loaded anew.
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

function add(rows, exchange) {
  if (rows.querySelector(`[data-id="${CSS.escape(exchange.id)}"]`)) return; // an event may come twice
  document.getElementById("empty")?.remove();
  const item = row(exchange);
  const began = new Date(exchange.time);
  const next = [...rows.children].find((other) => new Date(other.firstElementChild.dataset.time) <= began);
  rows.insertBefore(item, next ?? null);
  while (rows.children.length > rowsMost) rows.lastElementChild.remove();
}

function row(exchange) {
  const item = document.getElementById("row").content.firstElementChild.cloneNode(true);
  const link = item.querySelector(".row");
  const words = document.getElementById("words").dataset;
  const query = link.getAttribute("href").split("?")[1];
  const outcome = ["accepted", "warned", "refused"].includes(exchange.outcome) ? exchange.outcome : "refused";
  const date = new Date(exchange.time);
  item.className = "new";
  link.className = `row ${outcome}`;
  link.href = query ? `${exchange.page}?${query}` : exchange.page;
  link.dataset.id = exchange.id;
  link.dataset.time = exchange.time;
  const glyph = link.querySelector(".glyph");
  glyph.setAttribute("class", `glyph ${outcome}`);
  glyph.firstElementChild.setAttribute("href", `#i-${outcome}`);

  const put = (name, text, shown = true) => {
    const element = link.querySelector(`[data-f="${name}"]`);
    element.textContent = text;
    element.hidden = !shown;
    return element;
  };
  const time = put("time", clock(date));
  time.dateTime = exchange.time;
  time.title = full(date);
  put("outcome", words[outcome]);
  put("api", exchange.endpoint || exchange.path.split("?")[0].split("/").pop());
  put("title", exchange.title);
  put("cause", exchange.cause ?? "", Boolean(exchange.cause));
  put("warnings", exchange.warnings?.length ?? 0, Boolean(exchange.warnings?.length));
  link.querySelector('[data-f="replay"]').hidden = !exchange.replay_of;
  put("account", exchange.account);
  put("status", exchange.status);
  put("took", took(exchange.took_ms));
  return item;
}
