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
// The first sheet of paper has two charts: beside that of the first screen the second of the others, or the first.
const moved = [];
window.addEventListener("beforeprint", () => {
  for (const more of document.querySelectorAll("details:not(.raw)")) more.open = true;
  for (const trend of moved.length ? [] : document.querySelectorAll(".trend")) {
    const charts = trend.closest("article").querySelectorAll("h3 + figure");
    const chart = charts[1] ?? charts[0];
    if (chart === undefined) continue;
    const place = document.createComment("");
    chart.replaceWith(place);
    trend.after(chart);
    moved.push([chart, place]);
  }
});
window.addEventListener("afterprint", () => {
  for (const [chart, place] of moved.splice(0)) place.replaceWith(chart);
});
speak(root.dataset.lang);

// People over the week at a chosen unit: filled where more are needed than on duty, and where fewer.
const weeks = document.querySelector("#weeks");
for (const section of document.querySelectorAll(".chosen")) {
  const units = JSON.parse(weeks.content.textContent);
  const words = JSON.parse(section.dataset.words);
  const [svg, select, legend] = ["svg", "select", ".legend"].map((part) => section.querySelector(part));
  const looks = { over: "#56B4E9", under: "#D55E00", "on-duty": "#0072B2", busy: "#E69F00" };
  for (const [key, colour] of Object.entries(looks)) {
    const swatch = legend.appendChild(document.createElement("i"));
    swatch.style.background = colour;
    swatch.style.height = key === "over" || key === "under" ? ".8rem" : ".2rem";
    legend.append(` ${words[key]} `);
  }
  const element = (name, attributes, text) => {
    const made = document.createElementNS(svg.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return svg.appendChild(made);
  };
  const draw = () => {
    svg.replaceChildren();
    const [duty, busy, needed] = units[select.value].map((tenths, part, all) =>
      (tenths || all[1]).map((tenth) => tenth / 10));
    const most = Math.max(1, ...duty, ...busy, ...needed);
    const step = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => most / each <= 5) ?? most / 4;
    const x = (hour) => 40 + hour * 4.75;
    const y = (people) => 215 - people * 200 / most;
    for (let people = 0; people <= most; people += step) {
      element("path", { d: `M40 ${y(people)}H838`, stroke: "#e4e4e4" });
      element("text", { x: 34, y: y(people) + 4, "text-anchor": "end", "font-size": 13, fill: "#5c5c5c" }, people);
    }
    words.days.forEach((day, at) => {
      element("path", { d: `M${x(24 * at)} 215V10`, stroke: "#d9d9d9" });
      element("text", { x: x(24 * at + 12), y: 234, "text-anchor": "middle", "font-size": 13, fill: "#5c5c5c" }, day);
    });
    const line = (of) => of.map((people, hour) => `${hour ? "V" : `M${x(0)} `}${y(people).toFixed(1)}H${x(hour + 1)}`).join("");
    for (const [key, sign] of [["over", 1], ["under", -1]])
      element("path", { "fill-opacity": 0.45, fill: looks[key], d: duty.map((people, hour) =>
        sign * (people - needed[hour]) > 0.05
          ? `M${x(hour)} ${y(people)}H${x(hour + 1)}V${y(needed[hour])}H${x(hour)}z` : "").join("") });
    element("path", { d: line(duty), fill: "none", stroke: looks["on-duty"], "stroke-width": 2 });
    element("path", { d: line(busy), fill: "none", stroke: looks.busy, "stroke-width": 1.5 });
    duty.forEach((people, hour) => {
      const column = element("rect", { x: x(hour), y: 10, width: 4.75, height: 205, "fill-opacity": 0 });
      const said = [["on-duty", people], ["busy", busy[hour]], ["needed", needed[hour]]];
      const at = `${words.days[Math.floor(hour / 24)]} ${String(hour % 24).padStart(2, "0")}:00`;
      column.appendChild(document.createElementNS(svg.namespaceURI, "title")).textContent =
        [at, ...said.map(([key, value]) => `${words[key]} ${value}`)].join(" · ");
    });
  };
  select.addEventListener("change", draw);
  draw();
  section.hidden = false;
}

// A chart with marks that have tips is one stop of the keyboard: arrows go from mark to mark, and what a mark says
// stands below the chart, as it does for the mark under the pointer.
for (const figure of document.querySelectorAll("figure")) {
  const svg = figure.querySelector("svg");
  const found = () => [...svg.querySelectorAll("title")].map((title) => title.parentNode);
  if (!found().length) continue;
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
    const marks = found();
    at = (at + step + marks.length) % marks.length;
    show(marks[at]);
  });
  svg.addEventListener("pointerover", (event) => {
    const mark = event.target.closest("svg *:has(> title)");
    if (mark !== null) { at = found().indexOf(mark); show(mark); }
  });
}

// Tables are cards on a phone, in which each cell says the heading of its column.
for (const table of document.querySelectorAll("table")) {
  const headings = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const labels = headings.map((heading) => heading.dataset.label ?? heading.textContent);
  const units = headings.map((heading) => heading.dataset.unit);
  for (const row of table.tBodies[0].rows)
    [...row.cells].forEach((cell, at) => {
      if (at) cell.dataset.label = labels[at];
      if (units[at]) cell.dataset.unit = units[at];
    });
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
