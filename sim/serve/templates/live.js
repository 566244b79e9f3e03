"use strict";
// Draws what the server says, and asks it again whenever something is changed. All figures and words come from there.
const config = JSON.parse(document.getElementById("config").textContent);
const words = config.words, DEBOUNCE = 80, MERGED = 1500, MOST = config.most;
const viewer = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

let state = remembered() || fresh();
let history = [], generation = 0, timer = 0, lastEdit = ["", 0], stream = null, answer = null, inputs = new Map();

function fresh() {
  const staffings = config.scenarios.map((each, scenario) => ({ scenario, name: each.name, changes: {}, own: false }));
  return { staffings, focus: 0, sla: config.sla, team: config.teams[0].key };
}
function storageKey() { return "lettersim:" + config.scenarios.map((each) => each.stem).join("+"); }
function remembered() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey()));
    const known = kept.staffings.every((each) => config.scenarios[each.scenario]
      && Object.keys(each.changes).every((key) => config.scenarios[each.scenario].levers.some((lever) => lever.key === key)));
    // Names are those of the page's language.
    for (const each of known ? kept.staffings : []) each.name = named(each);
    return known && kept.staffings.length >= config.scenarios.length && kept.staffings[kept.focus]
      && config.teams.some((team) => team.key === kept.team) ? kept : null;
  } catch { return null; }
}
function remember() {
  try { sessionStorage.setItem(storageKey(), JSON.stringify(state)); } catch { /* a browser that keeps nothing */ }
}
function filled(text, values) { return text.replace(/\{(\w+)\}/g, (_, name) => values[name]); }

function element(tag, attributes = {}, ...children) {
  const made = tag.includes(":") ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// What is asked

function snapshot() {
  history.push(JSON.stringify({ staffings: state.staffings, focus: state.focus }));
  if (history.length > 200) history.shift();
}
function change(key, value) {
  let focused = state.staffings[state.focus];
  const lever = config.scenarios[focused.scenario].levers.find((each) => each.key === key);
  const now = Date.now();
  if (!(lastEdit[0] === key + state.focus && now - lastEdit[1] < MERGED)) snapshot();
  if (!focused.own) {
    // What is changed is a staffing beside the one that it comes from, which stays.
    if (state.staffings.length >= MOST) state.staffings.splice(state.staffings.findIndex((each) => each.own), 1);
    focused = copyOf(focused);
    state.staffings.push(focused);
    state.focus = state.staffings.length - 1;
  }
  lastEdit = [key + state.focus, now];
  if (value === lever.written || value === "") delete focused.changes[key];
  else focused.changes[key] = value;
  changed();
}
function named({ own, number, scenario }) {
  return own ? filled(words["change"], { number }) : config.scenarios[scenario].name;
}
function copyOf({ scenario, changes }) {
  const number = Math.max(0, ...state.staffings.map((each) => each.number || 0)) + 1;
  const copy = { scenario, changes: { ...changes }, own: true, number };
  return { ...copy, name: named(copy) };
}
function keep() {
  const focused = state.staffings[state.focus];
  if (state.staffings.length >= MOST) return;
  snapshot();
  state.staffings.push(copyOf(focused));
  state.focus = state.staffings.length - 1;
  changed();
}
function remove(index) {
  snapshot();
  state.staffings.splice(index, 1);
  if (state.focus >= index) state.focus = Math.max(state.focus - 1, 0);
  changed();
}
function undo() {
  if (!history.length) return;
  Object.assign(state, JSON.parse(history.pop()));
  lastEdit = ["", 0];
  changed();
}
function reset() {
  snapshot();
  const { staffings, focus } = fresh();
  Object.assign(state, { staffings, focus });
  changed();
}
function changed() {
  remember();
  drawLevers();
  drawChoices();
  drawStaffings();
  at("undo").disabled = !history.length;
  at("reset").disabled = !state.staffings.some((each) => each.own);
  at("keep").disabled = state.staffings.length >= MOST || !state.staffings[state.focus].own;
  at("save").href = `scenario.yaml?viewer=${viewer}&staffing=${state.focus}`;
  at("answer").classList.add("waiting");
  generation++;
  document.body.dataset.current = "no";
  clearTimeout(timer);
  timer = setTimeout(ask, DEBOUNCE);
}
async function ask() {
  const staffings = state.staffings.map(({ scenario, name, changes }) => ({ scenario, name, changes }));
  const { focus, sla, team } = state;
  const refused = await send("ask", { viewer, generation, lang: config.lang, staffings, focus, sla, team });
  if (refused) drawAnswer([refused], "missed");
}
async function send(where, content) {
  try {
    const said = await fetch(where, { method: "POST", body: JSON.stringify(content),
      headers: { "Content-Type": "application/json" } });
    return said.ok ? "" : (await said.text()) || String(said.status);
  } catch { return words["unreachable"]; }
}
function listen() {
  if (stream) return;
  stream = new EventSource(`events?viewer=${viewer}`);
  stream.addEventListener("open", () => document.body.classList.remove("cut"));
  stream.addEventListener("ask", ask);
  stream.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    drawJobs(told.jobs);
    if (told.generation !== generation) return;
    answer = told;
    draw();
    if (told.settled) document.body.dataset.current = "yes";
  });
  stream.addEventListener("error", () => {
    at("status").textContent = words["unreachable"];
    // A browser tries again by itself, unless it was turned away.
    if (stream && stream.readyState === EventSource.CLOSED) { stream = null; setTimeout(listen, 2000); }
  });
}
// Nobody simulates for a page that is not seen.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { if (stream) stream.close(); stream = null; } else listen();
});
window.addEventListener("pagehide", () => { if (stream) stream.close(); stream = null; });
window.addEventListener("pageshow", listen);

// What is drawn

function draw() {
  drawAnswer(answer.failure ? [answer.failure] : answer.sentences, answer.tone);
  at("status").textContent = answer.status || "";
  at("progress").value = answer.progress || 0;
  drawStaffings();
  if (!answer.districts) return;
  drawDistricts(answer.districts);
  at("heat").replaceChildren(...(answer.heat ? [heat(answer.heat)] : []));
  at("team").replaceChildren(...(answer.team ? [weekChart(answer.team)] : [element("p", { class: "note" }, words["soon"])]));
  at("backlog").replaceChildren(...(answer.backlog ? [backlogChart(answer.backlog)] : []));
}
function drawAnswer(sentences, tone) {
  at("answer").className = `answer ${tone}`;
  at("answer").replaceChildren(...sentences.map((each) => element("p", {}, each)));
}
function drawLevers() {
  const focused = state.staffings[state.focus];
  if (at("levers").dataset.scenario !== String(focused.scenario)) buildLevers(focused.scenario);
  for (const [key, { lever, text, range, row }] of inputs) {
    const value = key in focused.changes ? focused.changes[key] : lever.written;
    if (document.activeElement !== text) text.value = value;
    if (range && document.activeElement !== range) range.value = parseFloat(value);
    row.classList.toggle("changed", key in focused.changes);
  }
}
function buildLevers(scenario) {
  const sections = new Map();
  inputs = new Map();
  for (const lever of config.scenarios[scenario].levers) {
    if (!sections.has(lever.section)) {
      const open = lever.group === "letters" || lever.group === "staff";
      sections.set(lever.section, element("details", { open }, element("summary", {}, lever.section)));
    }
    sections.get(lever.section).append(buildLever(lever));
  }
  at("levers").replaceChildren(...sections.values());
  at("levers").dataset.scenario = String(scenario);
}
function buildLever(lever) {
  const id = `lever-${lever.key}`, about = [lever.key, lever.note].filter(Boolean).join(": ");
  const text = element("input", { type: "text", id, spellcheck: "false", autocomplete: "off",
    onchange: () => change(lever.key, text.value.trim()) });
  const back = element("button", { type: "button", "aria-label": filled(words["back"], { name: lever.label }),
    onclick: () => change(lever.key, lever.written) }, "↺");
  const row = element("div", { class: "lever", title: about, "data-key": lever.key },
    element("label", { for: id }, lever.label), text, back);
  let range = null;
  if (lever.slider) {
    const { least, most, step, unit } = lever.slider;
    range = element("input", { type: "range", min: least, max: most, step, "aria-label": lever.label,
      oninput: () => { text.value = `${parseFloat(range.value)}${unit}`; change(lever.key, text.value); } });
    row.append(range);
  }
  inputs.set(lever.key, { lever, text, range, row });
  return row;
}
at("filter").addEventListener("input", () => {
  const wanted = at("filter").value.trim().toLowerCase();
  for (const section of at("levers").querySelectorAll("details")) {
    let some = false;
    for (const row of section.querySelectorAll(".lever")) {
      row.hidden = !(row.title + row.textContent + section.firstChild.textContent).toLowerCase().includes(wanted);
      row.style.display = row.hidden ? "none" : "";
      some ||= !row.hidden;
    }
    section.style.display = some ? "" : "none";
    if (wanted && some) section.open = true;
  }
});
function drawChoices() {
  const choices = (id, list, chosen) => at(id).replaceChildren(...list.map((each) => element("button",
    { type: "button", "aria-pressed": String(each.key === state[chosen]), title: each.about,
      onclick: () => { state[chosen] = each.key; changed(); } }, each.name)));
  choices("slas", config.slas, "sla");
  choices("teams", config.teams, "team");
}
function toned(text, tone) { return element("span", { class: `t-${tone}` }, text); }
function drawStaffings() {
  const active = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.row : undefined;
  const head = element("tr", {}, element("th", { scope: "col" }, words["staffing"]),
    ...[words["people"], words["hours"], ...config.slas.map((sla) => sla.name)].map((each, column) =>
      element("th", { scope: "col", title: column > 1 ? config.slas[column - 2].about : null }, each)));
  const shown = answer && answer.generation === generation ? answer.staffings : answer ? answer.staffings : [];
  const rows = state.staffings.map((staffing, index) => {
    const told = shown[index] || {};
    const name = element("button", { type: "button", "data-row": index, "aria-pressed": String(index === state.focus),
      onclick: () => { state.focus = index; changed(); } }, staffing.name);
    const about = Object.entries(staffing.changes).map((each) => each.join("=")).join("; ");
    const first = element("th", { scope: "row", title: about }, name);
    if (staffing.own) first.append(" ", element("button", { type: "button", onclick: () => remove(index),
      "aria-label": filled(words["remove"], { name: staffing.name }) }, "×"));
    const cells = told.error ? [element("td", { colspan: 2 + config.slas.length }, toned(words["refused"], "missed"))]
      : [element("td", {}, told.people || ""), element("td", {}, told.hours || ""),
        ...config.slas.map((sla) => slaCell(told.slas && told.slas[sla.key]))];
    return element("tr", { class: index === state.focus ? "focus" : null }, first, ...cells);
  });
  at("staffings").replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
  if (active !== undefined) { const again = at("staffings").querySelector(`[data-row="${active}"]`); if (again) again.focus(); }
}
function slaCell(told) {
  if (!told) return element("td", {}, "–");
  return element("td", { title: told.exact || null }, element("span", {}, told.level),
    ...(told.change ? [toned(told.change, told.change_tone)] : []), ...(told.verdict ? [toned(told.verdict, told.tone)] : []));
}
function drawDistricts(rows) {
  const heads = ["district", "letters", "late", "in-time", "difference"];
  at("districts").replaceChildren(
    element("thead", {}, element("tr", {}, ...heads.map((key) => element("th", { scope: "col" }, words[key])))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, element("th", { scope: "row" }, row.name),
      ...[row.letters, row.late, row.level].map((each) => element("td", {}, each)),
      element("td", {}, toned(row.change, row.change_tone))))));
}
function drawJobs(jobs) {
  at("jobs").replaceChildren(...jobs.map((job) => element("li", {},
    job.link ? element("a", { href: job.link, target: "_blank", rel: "noopener" }, job.text) : job.text, " ",
    ...(job.stoppable ? [element("button", { type: "button", onclick: () => send(`jobs/${job.number}/stop`, {}) },
      words["stop"])] : []),
    ...(job.error ? [element("div", { class: "error" }, job.error)] : []))));
}
async function start(kind) {
  const refused = await send("jobs", { viewer, staffing: state.focus, kind });
  if (refused) drawAnswer([refused], "missed");
}

// Charts

function titled(tag, attributes, title) { return element(tag, attributes, element("svg:title", {}, title)); }
function label(x, y, text, anchor = "middle") { return element("svg:text", { x, y, "text-anchor": anchor }, text); }
function colour(share, target) {
  // Diverging at the target: blue reaches it, orange does not, darker is farther off.
  if (share === null) return "var(--few)";
  const middle = target === null ? 0.5 : target, above = share >= middle;
  const far = above ? (share - middle) / Math.max(1 - middle, 0.001) : Math.sqrt((middle - share) / Math.max(middle, 0.001));
  return above ? `hsl(205 70% ${78 - 30 * far}%)` : `hsl(${32 - 14 * far} ${75 + 10 * far}% ${80 - 42 * far}%)`;
}
function heat({ days, target, shares, titles }) {
  const wide = 22, high = 20, left = 34;
  const chart = element("svg:svg", { viewBox: `0 0 ${left + 24 * wide + 10} ${7 * high + 18}`, role: "img", "aria-label": words["heat-alt"] });
  shares.forEach((row, day) => {
    chart.append(label(left - 4, day * high + 14, days[day], "end"));
    row.forEach((share, hour) => chart.append(titled("svg:rect", { x: left + hour * wide, y: day * high, width: wide - 1,
      height: high - 1, fill: colour(share, target) }, titles[day][hour])));
  });
  for (let hour = 0; hour <= 24; hour += 3) chart.append(label(left + hour * wide, 7 * high + 14, String(hour)));
  return chart;
}
function lines(wide, high, count, most, series, alt) {
  const left = 40, top = 8, x = (index) => left + (index / Math.max(count - 1, 1)) * (wide - left - 8);
  const y = (value) => top + (1 - value / Math.max(most, 1e-9)) * (high - top - 22);
  const chart = element("svg:svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": alt });
  for (let part = 0; part <= 4; part++) {
    const value = (most * part) / 4;
    chart.append(element("svg:line", { x1: left, x2: wide - 8, y1: y(value), y2: y(value), stroke: "var(--line)" }),
      label(left - 5, y(value) + 4, most < 8 ? value.toFixed(1) : value.toFixed(0), "end"));
  }
  for (const { values, stroke, dash, fill, name } of series) {
    let path = "";
    values.forEach((value, index) => {
      if (value === null) return;
      path += `${path && values[index - 1] !== null ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    });
    if (fill) chart.append(titled("svg:path", { d: fill(x, y), fill: stroke, opacity: 0.18 }, name));
    else chart.append(titled("svg:path", { d: path, fill: "none", stroke, "stroke-width": 1.8, "stroke-dasharray": dash || null }, name));
  }
  return { chart, x, y };
}
function legend(entries) {
  return element("p", { class: "note" }, ...entries.flatMap(([text, stroke]) => {
    const mark = element("span", {}, "▬ ");
    mark.style.color = stroke;
    return [mark, `${text}  `];
  }));
}
const BLUE = "#2a7ab0", ORANGE = "#d1641f", GREY = "#8a93a0";
function weekChart({ on_duty, busy, needs }) {
  const most = Math.max(...[...on_duty, ...busy, ...(needs || [])].filter((each) => each !== null), 1) * 1.05;
  const short = (x, y) => {
    // Where fewer are on duty than are needed.
    let path = "";
    (needs || []).forEach((need, hour) => {
      if (need === null || on_duty[hour] === null || need <= on_duty[hour]) return;
      const right = x(Math.min(hour + 1, 167));
      path += `M${x(hour)} ${y(need)}H${right}V${y(on_duty[hour])}H${x(hour)}Z`;
    });
    return path;
  };
  const series = [
    ...(needs ? [{ values: [], stroke: ORANGE, fill: short, name: words["short"] }, { values: needs, stroke: ORANGE, name: words["needed"] }] : []),
    { values: on_duty, stroke: BLUE, name: words["on-duty"] }, { values: busy, stroke: GREY, dash: "3 2", name: words["busy"] }];
  const { chart, x } = lines(860, 220, 168, most, series, words["team-alt"]);
  for (let day = 0; day < 7; day++) chart.append(label(x(day * 24 + 12), 216, answer.heat ? answer.heat.days[day] : String(day + 1)));
  const box = element("div", {}, chart, legend([[words["on-duty"], BLUE], [words["busy"], GREY],
    ...(needs ? [[words["needed"], ORANGE]] : [])]));
  return box;
}
function backlogChart({ days, mean, low, high, base }) {
  const most = Math.max(...high, ...(base || []), 1) * 1.05;
  const band = (x, y) => low.map((value, index) => `${index ? "L" : "M"}${x(index)} ${y(value)}`).join("")
    + [...high].reverse().map((value, index) => `L${x(high.length - 1 - index)} ${y(value)}`).join("") + "Z";
  const { chart, x } = lines(860, 200, days.length, most, [
    { values: [], stroke: BLUE, fill: band, name: words["spread"] },
    ...(base ? [{ values: base, stroke: GREY, dash: "4 2", name: state.staffings[0].name }] : []),
    { values: mean, stroke: BLUE, name: state.staffings[state.focus].name }], words["backlog-alt"]);
  const every = Math.max(Math.round(days[days.length - 1] / 10), 1);
  for (let day = every; day <= days[days.length - 1]; day += every) {
    const index = days.findIndex((each) => each >= day);
    if (index >= 0) chart.append(label(x(index), 196, String(day)));
  }
  return element("div", {}, chart, legend([[state.staffings[state.focus].name, BLUE], ...(base ? [[state.staffings[0].name, GREY]] : [])]));
}

at("undo").addEventListener("click", undo);
at("reset").addEventListener("click", reset);
at("keep").addEventListener("click", keep);
at("run").addEventListener("click", () => start("run"));
at("plan").addEventListener("click", () => start("plan"));
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement && event.target.type !== "range";
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing) { event.preventDefault(); undo(); }
});
changed();
listen();
