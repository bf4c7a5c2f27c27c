// The keys: j and k, Enter (a link's own), Esc, /, g and ?. The list remembers its order for the pages of its exchanges.

const remembered = "wxup list";

export function keyboard() {
  const rows = document.getElementById("rows");
  if (rows) remember(rows);
  const around = neighbours();
  const help = document.getElementById("keyboard");
  document.getElementById("help")?.addEventListener("click", () => help.showModal());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help?.open) return;
    if (event.target.closest("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      else if (event.target.type !== "radio") return;
    }
    const act = {
      j: () => (rows ? step(rows, 1) : follow(around.older)),
      k: () => (rows ? step(rows, -1) : follow(around.newer)),
      g: () => (rows?.closest("[data-stream]") ? top(rows) : follow(document.querySelector(".brand"))),
      "/": () => search(),
      "?": () => help?.showModal(),
      Escape: () => (rows ? document.activeElement.blur() : follow(document.getElementById("back"))),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function step(rows, by) {
  const list = [...rows.querySelectorAll(".row")];
  const at = list.indexOf(document.activeElement.closest?.(".row"));
  const to = at < 0 ? (by > 0 ? 0 : list.length - 1) : at + by;
  list[to]?.focus();
  list[to]?.scrollIntoView({ block: "nearest" });
}

function top(rows) {
  scrollTo(0, 0);
  rows.querySelector(".row")?.focus();
}

function search() {
  const field = document.querySelector('input[name="q"]');
  if (field) {
    field.focus();
    field.select();
  } else {
    follow(document.querySelector(".brand"));
  }
}

const follow = (link) => link?.href && link.click();

// remember keeps the order of the rows when one is opened, and puts the focus back where it was.
function remember(rows) {
  rows.addEventListener("click", () => {
    const pages = [...rows.querySelectorAll(".row")].map((row) => row.getAttribute("href"));
    sessionStorage.setItem(remembered, JSON.stringify(pages));
  });
  const last = sessionStorage.getItem("wxup last");
  if (last) {
    sessionStorage.removeItem("wxup last");
    rows.querySelector(`[data-id="${CSS.escape(last)}"]`)?.focus();
  }
}

// neighbours fills in the links to the exchanges before and after the one that is shown.
function neighbours() {
  const exchange = document.getElementById("exchange");
  if (!exchange) return {};
  sessionStorage.setItem("wxup last", exchange.dataset.id);
  let pages = [];
  try {
    pages = JSON.parse(sessionStorage.getItem(remembered)) ?? [];
  } catch { /* nothing is remembered */ }
  const here = pages.findIndex((page) => page.split("?")[0] === location.pathname);
  const links = { newer: document.getElementById("newer"), older: document.getElementById("older") };
  if (here < 0) return {};
  for (const [name, page] of [["newer", pages[here - 1]], ["older", pages[here + 1]]]) {
    if (page?.startsWith("/exchanges/")) links[name].href = page;
    else links[name].setAttribute("aria-disabled", "true");
  }
  document.getElementById("around").hidden = false;
  return links;
}
