"use strict";
const root = document.documentElement;
root.classList.add("js");
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
  for (const more of document.querySelectorAll("details:not(.raw)")) more.open = true;
});
speak(root.dataset.lang);

// A chart with marks that have tips is one stop of the keyboard: arrows go from mark to mark, and what a mark says
// stands below the chart, as it does for the mark under the pointer.
for (const figure of document.querySelectorAll("figure")) {
  const svg = figure.querySelector("svg");
  const marks = [...svg.querySelectorAll("title")].map((title) => title.parentNode);
  if (!marks.length) continue;
  const told = figure.appendChild(document.createElement("output"));
  let at = -1;
  const show = (mark) => {
    for (const other of svg.querySelectorAll(".at")) other.classList.remove("at");
    mark.classList.add("at");
    told.textContent = mark.querySelector("title").textContent;
  };
  svg.tabIndex = 0;
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    at = (at + step + marks.length) % marks.length;
    show(marks[at]);
  });
  svg.addEventListener("pointerover", (event) => {
    const mark = event.target.closest("svg *:has(> title)");
    if (mark !== null) { at = marks.indexOf(mark); show(mark); }
  });
}

// Tables are cards on a phone, in which each cell says the heading of its column.
for (const table of document.querySelectorAll("table")) {
  const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const labels = headings.map((heading) => heading.dataset.label ?? heading.textContent);
  for (const row of table.tBodies[0].rows)
    [...row.cells].forEach((cell, at) => { if (at) cell.dataset.label = labels[at]; });
}

// The district table: sorted by a click on a heading, units within on demand, or all of one team.
for (const section of document.querySelectorAll(".units")) {
  const body = section.querySelector("tbody");
  const tree = [];
  for (const row of body.rows) {
    if (row.classList.contains("inner")) tree[tree.length - 1].below.push(row);
    else tree.push({ row, below: [] });
  }
  const key = (row, at) => {
    const cell = row.cells[at];
    const text = (cell.querySelector("b") ?? cell).textContent.trim();
    const number = parseFloat(text.replace(/,/g, ""));
    return at === 0 ? text : Number.isNaN(number) ? -Infinity : number;
  };
  let sorted = { at: -1, down: true };
  let tier = "";
  function arrange() {
    const { at, down } = sorted;
    const order = (rows) => at < 0 ? rows : [...rows].sort((one, other) => {
      const [a, b] = [key(one.row ?? one, at), key(other.row ?? other, at)];
      return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
    });
    for (const { row, below } of tree) {
      const opener = row.querySelector("[aria-expanded]");
      const open = opener !== null && opener.getAttribute("aria-expanded") === "true";
      row.hidden = tier !== "";
      for (const each of below) each.hidden = tier !== "" ? each.dataset.team !== tier : !open;
    }
    if (tier === "") for (const { row, below } of order(tree)) body.append(row, ...order(below));
    else body.append(...order(tree.flatMap(({ below }) => below).sort((one, other) => key(one, 3) - key(other, 3))));
  }
  section.querySelectorAll("thead tr:last-child th").forEach((heading, at) => {
    heading.querySelector("button").addEventListener("click", () => {
      sorted = { at, down: sorted.at === at ? !sorted.down : at !== 0 };
      for (const other of section.querySelectorAll("thead [aria-sort]")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      arrange();
    });
  });
  for (const opener of section.querySelectorAll("[aria-expanded]"))
    opener.addEventListener("click", () => {
      opener.setAttribute("aria-expanded", String(opener.getAttribute("aria-expanded") !== "true"));
      arrange();
    });
  for (const button of section.querySelectorAll("[data-tier]"))
    button.addEventListener("click", () => {
      tier = button.dataset.tier;
      for (const other of section.querySelectorAll("[data-tier]"))
        other.setAttribute("aria-pressed", String(other === button));
      arrange();
    });
  arrange();
}
