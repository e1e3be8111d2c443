"use strict";
// Rows are JSON in the page: s source, t target, v verdict, f findings, e error, d duplicate, k kept, p page,
// n seconds, l legibility, i [format, bytes, width, height] of the photo, o the same of the result, q border.
const about = JSON.parse(document.querySelector("script.about").textContent);
const rows = [...document.querySelectorAll("script.lot-rows")].flatMap(lot => JSON.parse(lot.textContent));
const lots = [...document.querySelectorAll("script.lot-pictures")];
const $ = id => document.getElementById(id);
const RANK = { failed: 0, refused: 1, look: 2, gone: 3, ready: 4 };
const VERDICTS = ["ready", "look", "refused", "failed", "gone"];
const LEVEL = { error: 0, warning: 1, info: 2 };
const STEP = 60;
const state = { verdict: "", search: "", code: "", folder: "", sort: "worst" };
let lang = about.lang, found = rows, drawn = 0, opened = -1;

rows.forEach((row, at) => {
  row.at = at;
  const cut = row.s.lastIndexOf("/");
  row.folder = row.s.slice(0, Math.max(0, cut));
  row.name = row.s.slice(cut + 1);
  row.lower = row.s.toLowerCase();
});

function word(key, values = {}) {
  return about.words[key][lang].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function number(value) { return value.toLocaleString(lang ? "zh-Hans" : "en"); }

function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element && name !== "list") element[name] = value; else element.setAttribute(name, value);
  }
  element.append(...inside.filter(each => each !== null && each !== undefined && each !== ""));
  return element;
}

// Pictures: a lot is parsed when one of its rows is shown, and let go when many others have been since.
const opened_lots = new Map();
function pictures(row) {
  const which = Math.floor(row.at / about.lot);
  let lot = opened_lots.get(which);
  if (!lot) {
    lot = JSON.parse(lots[which].textContent);
    opened_lots.set(which, lot);
    if (opened_lots.size > 12) opened_lots.delete(opened_lots.keys().next().value);
  }
  const first = 2 * (row.at % about.lot);
  return [lot[first], lot[first + 1]];
}

function picture(data, name) {
  if (!data) return make("span", {}, word("no_picture"));
  return make("img", { src: "data:image/webp;base64," + data, alt: name, decoding: "async" });
}

function filtered(but) {
  const search = state.search.toLowerCase();
  return rows.filter(row =>
    (but === "verdict" || !state.verdict || row.v === state.verdict) &&
    (!state.code || row.f.some(f => f[0] === state.code)) &&
    (!state.folder || row.folder === state.folder || row.folder.startsWith(state.folder + "/")) &&
    (!search || row.lower.includes(search)));
}

const ORDERS = {
  worst: (a, b) => RANK[a.v] - RANK[b.v] || weight(b) - weight(a) || a.at - b.at,
  name: (a, b) => a.at - b.at,
  legibility: (a, b) => (a.l ?? 101) - (b.l ?? 101) || a.at - b.at,
  size: (a, b) => (b.o?.[1] ?? 0) - (a.o?.[1] ?? 0) || a.at - b.at,
};

function weight(row) { return row.f.reduce((sum, f) => sum + [100, 10, 1][LEVEL[f[1]]], 0); }

function refresh() {
  found = filtered().sort(ORDERS[state.sort]);
  $("count").textContent = word("shown", { shown: number(found.length), count: number(rows.length) });
  const counts = {};
  for (const row of filtered("verdict")) counts[row.v] = (counts[row.v] || 0) + 1;
  const all = Object.values(counts).reduce((a, b) => a + b, 0);
  $("verdicts").replaceChildren(...["", ...VERDICTS].filter(v => !v || counts[v] || state.verdict === v).map(v =>
    make("button", { "aria-pressed": String(state.verdict === v), "data-v": v, onclick: () => choose("verdict", v) },
      v ? make("span", { className: "dot" }) : null, word(v || "all"), make("b", {}, number(v ? counts[v] || 0 : all)))));
  $("list").replaceChildren();
  $("empty").hidden = found.length > 0;
  drawn = 0;
  draw();
  charts();
  remember();
}

function draw() {
  const next = found.slice(drawn, drawn + STEP);
  $("list").append(...next.map(row => make("li", {}, card(row))));
  drawn += next.length;
  $("more").hidden = drawn >= found.length;
}

function card(row) {
  const [before, after] = pictures(row);
  const said = row.e ? [["", "error", row.e - 1]] : row.f;
  const few = [...said].sort((a, b) => LEVEL[a[1]] - LEVEL[b[1]]).slice(0, 3);
  const card = make("button", { className: "card", onclick: () => open(row) },
    make("div", { className: "pair" }, picture(before, word("photo")), picture(after, word("result"))),
    title(row, "name", "strong"),
    make("ul", { className: "said" }, ...few.map(f => make("li", { "data-l": f[1] },
      make("span", { className: "mark" }, f[0] ? f[0].slice(2) : "!"), make("span", {}, about.texts[f[2]][lang])))));
  card.dataset.v = row.v;
  return card;
}

function title(row, className, tag) {
  const page = row.p ? ` (${word("page", { page: row.p })})` : "";
  return make("div", { className, title: row.s }, make("span", { className: "dot" }),
    make(tag, {}, row.name + page), row.folder ? make("small", {}, make("bdi", {}, row.folder)) : null);
}

// Charts count what the filters leave.
function charts() {
  const codes = {};
  for (const row of found) for (const code of new Set(row.f.map(f => f[0]))) codes[code] = (codes[code] || 0) + 1;
  const list = Object.entries(codes).sort((a, b) => b[1] - a[1]).slice(0, 8);
  const most = Math.max(1, ...list.map(each => each[1]));
  $("by-finding").replaceChildren(...list.map(([code, count]) =>
    make("button", { className: "row", title: code, onclick: () => choose("code", state.code === code ? "" : code) },
      make("span", {}, about.titles[code][lang]), bar(count / most), make("b", {}, number(count)))));
  if (!list.length) $("by-finding").append(make("span", { className: "soft" }, word("no_findings")));
  bins("by-size", found.filter(row => row.o).map(row => row.o[1] / 1000), value => number(Math.round(value)) + " kB");
  bins("by-legibility", found.filter(row => row.l !== undefined).map(row => row.l), value => number(Math.round(value)), 0, 100);
}

function bar(share) { const i = make("i"); i.style.width = `${100 * share}%`; return i; }

function bins(id, values, said, low = Math.min(...values), high = Math.max(...values)) {
  const COUNT = 20, counts = Array(COUNT).fill(0), width = (high - low) / COUNT || 1;
  for (const value of values) counts[Math.min(COUNT - 1, Math.floor((value - low) / width))]++;
  const most = Math.max(1, ...counts);
  const columns = counts.map((count, at) => {
    const i = make("i", { title: `${said(low + at * width)} – ${said(low + (at + 1) * width)}: ${number(count)}` });
    i.style.height = `${100 * count / most}%`;
    if (!count) i.dataset.empty = "";
    return i;
  });
  $(id).replaceChildren(...(values.length ? [make("div", { className: "bins" }, ...columns),
    make("div", { className: "axis" }, make("span", {}, said(low)), make("span", {}, said(high)))]
    : [make("span", { className: "soft" }, "–")]));
}

function open(row) {
  opened = found.indexOf(row);
  const [before, after] = pictures(row), dialog = $("detail");
  const verdict = make("span", { className: "verdict", "data-v": row.v }, make("span", { className: "dot" }), word(row.v));
  const name = make("h2", {}, row.name, make("span", { className: "soft" }, [row.folder, row.p ? word("page", { page: row.p }) : "",
    row.k ? word("kept") : "", row.n ? word("seconds", { seconds: row.n.toFixed(1) }) : "",
    row.d ? word("duplicate", { name: row.d }) : ""].filter(Boolean).join(" · ")));
  const top = make("div", { className: "top" }, name, verdict,
    make("button", { title: word("previous"), "aria-label": word("previous"), disabled: opened <= 0, onclick: () => move(-1) }, "←"),
    make("button", { title: word("next"), "aria-label": word("next"), disabled: opened >= found.length - 1, onclick: () => move(1) }, "→"),
    make("button", { title: word("close"), "aria-label": word("close"), onclick: () => dialog.close() }, "✕"));
  const frame = make("div", { className: "frame" }, picture(before, word("photo")));
  if (before && row.i) frame.append(marks(row));
  const facts = side => side ? `${side[0]} · ${word("bytes", { bytes: number(side[1]) })} · ${side[2]} × ${side[3]}` : "";
  const found_list = row.e
    ? [entry("!", "error", row.e - 1)]
    : row.f.map((f, at) => entry(String(at + 1), f[1], f[2], f));
  dialog.replaceChildren(top,
    make("div", { className: "pictures" },
      make("div", {}, make("h3", {}, word("photo")), frame, make("p", { className: "soft" }, facts(row.i))),
      make("div", {}, make("h3", {}, word("result")), make("div", { className: "frame" }, picture(after, word("result"))),
        make("p", { className: "soft" }, [facts(row.o), row.t].filter(Boolean).join(" · ")))),
    make("div", { className: "findings" }, make("h3", {}, word("findings") + (row.l === undefined ? "" : ` · ${word("legibility")} ${row.l}`)),
      found_list.length ? make("ol", {}, ...found_list) : make("p", { className: "soft" }, word("no_findings"))));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}

function entry(mark, level, text, finding) {
  const head = finding ? `${finding[0]} ${word(level)}` + (finding[6] ? ` · ${word("back_side")}` : "") +
    (finding[4] < 80 ? ` · ${word("sure", { percent: finding[4] })}` : "") : "";
  const item = make("li", { "data-l": level }, make("span", { className: "mark" }, mark),
    make("div", {}, make("p", {}, about.texts[text][lang], head ? make("span", { className: "soft" }, "  " + head) : null),
      finding && level !== "info" ? make("p", {}, about.texts[finding[3]][lang]) : null));
  if (finding) {
    const strong = on => document.querySelectorAll(`#detail [data-mark="${mark}"]`).forEach(p => p.classList.toggle("strong", on));
    item.addEventListener("mouseenter", () => strong(true));
    item.addEventListener("mouseleave", () => strong(false));
  }
  return item;
}

// Border and places, in pixels of the photo as it stands in the picture, over it.
function marks(row) {
  const [, , ...size] = row.i, [width, height] = row.u ? size.reverse() : size, svg = element("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const points = list => list.map(point => point.join(",")).join(" ");
  if (row.q) svg.append(element("polygon", { class: "border", points: points(row.q) }));
  row.f.forEach((f, at) => {
    if (!f[5] || f[6]) return;
    const x = f[5].reduce((sum, p) => sum + p[0], 0) / f[5].length, y = f[5].reduce((sum, p) => sum + p[1], 0) / f[5].length;
    const size = Math.max(width, height) / 26;
    const text = element("text", { x, y, "font-size": size, "stroke-width": size / 4, "data-l": f[1] });
    text.textContent = at + 1;
    svg.append(element("polygon", { points: points(f[5]), "data-l": f[1], "data-mark": at + 1 }), text);
  });
  return svg;
}

function element(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function move(by) {
  const row = found[opened + by];
  if (row) open(row);
}

function choose(key, value) { state[key] = value; speak(); }

// The filters stand in the address, after the hash: a view can be kept as a bookmark.
function remember() {
  const set = Object.entries(state).filter(([key, value]) => value && !(key === "sort" && value === "worst"));
  const hash = new URLSearchParams([...set, ...(lang === about.lang ? [] : [["lang", String(lang)]])]).toString();
  history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
}

function recall() {
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) {
    if (key === "lang") lang = value === "1" ? 1 : 0;
    else if (key === "sort" ? value in ORDERS : key in state) state[key] = value;
  }
}

function fill(id, options, chosen) {
  $(id).replaceChildren(...options.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));
}

function speak() {
  document.documentElement.lang = lang ? "zh-Hans" : "en";
  document.title = word("title");
  document.querySelectorAll("[data-word]").forEach(each => { each.textContent = word(each.dataset.word); });
  document.querySelectorAll("[data-hint]").forEach(each => { each.placeholder = word(each.dataset.hint); each.setAttribute("aria-label", word(each.dataset.hint)); });
  document.querySelectorAll("[data-name]").forEach(each => each.setAttribute("aria-label", word(each.dataset.name)));
  fill("code", [["", word("any_finding")], ...Object.entries(about.titles).map(([code, said]) => [code, `${code} ${said[lang]}`])], state.code);
  const folders = [...new Set(rows.map(row => row.folder))].filter(Boolean).sort();
  fill("folder", [["", word("any_folder")], ...folders.map(folder => [folder, folder])], state.folder);
  $("folder").hidden = !folders.length;
  fill("sort", Object.keys(ORDERS).map(key => [key, word("sort_" + key)]), state.sort);
  $("search").value = state.search;
  refresh();
  if ($("detail").open && found[opened]) open(found[opened]);
}

$("search").addEventListener("input", event => { state.search = event.target.value; refresh(); });
for (const id of ["code", "folder", "sort"]) $(id).addEventListener("change", event => choose(id, event.target.value));
$("lang").addEventListener("click", () => { lang = 1 - lang; speak(); });
$("clear").addEventListener("click", () => { Object.assign(state, { verdict: "", search: "", code: "", folder: "" }); speak(); });
$("detail").addEventListener("click", event => { if (event.target === $("detail")) $("detail").close(); });
new IntersectionObserver(seen => { if (seen[0].isIntersecting && drawn < found.length) draw(); }, { rootMargin: "1200px" }).observe($("more"));
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName), key = event.key;
  if (typing) { if (key === "Escape") event.target.blur(); return; }
  if (key === "/") { event.preventDefault(); $("detail").close(); $("search").focus(); }
  else if (key === "l" || key === "L") { lang = 1 - lang; speak(); }
  else if ($("detail").open) { if (key === "ArrowLeft") move(-1); else if (key === "ArrowRight") move(1); }
  else if (key >= "1" && key <= "5") choose("verdict", state.verdict === VERDICTS[key - 1] ? "" : VERDICTS[key - 1]);
  else if (key === "0") choose("verdict", "");
  else if (key.startsWith("Arrow")) {
    const cards = [...document.querySelectorAll(".card")], at = cards.indexOf(document.activeElement);
    const across = getComputedStyle($("list")).gridTemplateColumns.split(" ").length;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[key];
    if (cards.length) { event.preventDefault(); cards[Math.min(cards.length - 1, Math.max(0, at < 0 ? 0 : at + by))].focus(); }
  }
});
$("more").style.height = "1px";
if (innerWidth < 640) $("charts").open = false;
recall();
speak();
