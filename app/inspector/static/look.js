// Light and dark, without loading the page again. The choice is a cookie, so that the server sends the right one first.

export function look() {
  const button = document.getElementById("theme");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `wxup_theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  });
}
