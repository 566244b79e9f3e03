"use strict";
const root = document.documentElement;
function speak(lang) {
  root.dataset.lang = lang;
  for (const button of document.querySelectorAll("[data-speak]")) {
    button.setAttribute("aria-pressed", String(button.dataset.speak === lang));
    if (button.dataset.speak === lang) root.lang = button.dataset.tag;
  }
  document.title = document.querySelector(`[lang="${lang}"].part h1`).textContent;
}
for (const button of document.querySelectorAll("[data-speak]"))
  button.addEventListener("click", () => speak(button.dataset.speak));
document.querySelector("[data-print]").addEventListener("click", () => window.print());
window.addEventListener("beforeprint", () => {
  for (const more of document.querySelectorAll("details")) more.open = true;
});
speak(root.dataset.lang);
