// The page: which photos there are, what is asked about each, and what is shown of the chosen one.

import { CompareView } from "./compare.js";
import { Rules, allowed } from "./controls.js";
import { NumberForm } from "./form.js";
import { listFacts, listFindings, listUnchecked } from "./findings.js";
import { PhotoView } from "./photo.js";
import { join, look, setup as askSetup } from "./server.js";
import { lang, learn, megabytes, number, say, speak } from "./words.js";

const $ = (id) => document.getElementById(id);
const GONE = { en: "scanfix does not answer.", zh: "scanfix 没有响应。" }; // before any word came from it
const VERDICT_ICONS = {
  ready: "M5 10.500l3.500 3.500L15.500 6.500",
  look: "M10 5.500v6M10 14.500v.1",
  refused: "M6 6l8 8M14 6l-8 8",
};

const LOST = ["gone", "wrong_token"]; // the server, not the photo
const CORNERS = ["bad_corners", "corners_outside", "corners_unused"];
const NEARLY_THERE = 2000; // milliseconds: what a photo takes, and what a new worker process takes

let limits;
let rules;
let form;
let items = [];
let chosen = null;
let running = null;
let count = 0;
let comparing = false;
let picked = null;

const photo = new PhotoView($("photo"), { onCorners: (corners) => setCorners(corners), onPick: (index) => pick(index, true) });
const compare = new CompareView($("compare"));

// Photos in

function add(files) {
  const first = items.length;
  for (const file of files) {
    const item = {
      id: ++count,
      file,
      name: file.name || say("unnamed"),
      url: URL.createObjectURL(file),
      options: { crop: "auto", corners: null, turn: null, page: null },
      isDue: true,
      needsPicture: true,
    };
    if (file.size > limits.max_bytes) refuse(item, { code: "too_large", params: { limit: number(limits.max_bytes) } });
    items.push(item);
  }
  if (items[first]) choose(items[first]);
}

/** The photo, and the page that it is a side of. */
function remove(item) {
  const place = items.indexOf(item);
  const gone = items.filter((each) => each === item || each.pair?.includes(item));
  for (const each of gone) {
    each.abort?.abort();
    for (const url of [each.url, each.previewUrl, each.pictureUrl]) if (url) URL.revokeObjectURL(url);
  }
  items = items.filter((each) => !gone.includes(each));
  if (gone.includes(chosen)) chosen = items[Math.min(place, items.length - 1)] ?? null;
  show();
  if (!chosen) document.querySelector('[data-do="choose"]').focus();
}

// One request at a time, the photo that is looked at first

async function work() {
  const item = [chosen, ...items].find((each) => each?.isDue);
  if (running || !item) return;
  running = item;
  item.isDue = false;
  item.abort = new AbortController();
  item.since = performance.now();
  show();
  try {
    take(item, await (item.pair ? askJoined(item) : askLooked(item)));
    $("trouble").hidden = true;
  } catch (error) {
    if (LOST.includes(error.code)) {
      item.isDue = true;
      trouble(error.code);
    } else if (error.name !== "AbortError") refuse(item, error.code ? error : { code: "failed" });
  }
  running = null;
  show();
  if ($("trouble").hidden) work();
}

function askLooked(item) {
  const preview = item.needsPicture ? "yes" : null;
  return look(item.file, { ...rules.options, ...ownOptions(item), preview }, form.given, item.abort.signal);
}

function askJoined(item) {
  const [front, back] = item.pair;
  const ofBack = Object.entries(ownOptions(back)).map(([name, value]) => [`back_${name}`, value]);
  const options = { ...rules.options, ...ownOptions(front), ...Object.fromEntries(ofBack), layout: item.layout };
  return join(front.file, back.file, options, item.abort.signal);
}

/** What was chosen for one photo, as the server wants it. */
function ownOptions({ options }) {
  const points = options.corners?.map((point) => point.map((value) => value.toFixed(1)).join(","));
  return { ...options, corners: points?.join(" ") ?? null };
}

/** Ask again; what was shown stays until the answer is there. */
function renew(item) {
  item.isDue = true;
  stop(item);
  for (const joined of items) if (joined.pair?.includes(item)) joined.isDue = true;
  work();
}

/** Give up on an answer that nobody wants any more; one that is nearly there is cheaper to wait for. */
function stop(item) {
  if (item && running === item && performance.now() - item.since > NEARLY_THERE) item.abort.abort();
}

function addJoined() {
  const pair = ["front", "back"].map((side) => items.find((item) => item.id === Number($(side).value)));
  const layout = document.querySelector("#layout input:checked").value;
  const [name, options] = [say("joined_name"), { crop: "auto", corners: null, turn: null }];
  items.push({ id: ++count, name, pair, layout, options, isDue: true, file: pair[0].file });
  choose(items.at(-1));
}

function take(item, answer) {
  item.error = null;
  item.answer = answer;
  // The server puts corners in its own order.
  if (item.options.corners && !item.isDue) item.options.corners = answer.report.en.border?.quad ?? item.options.corners;
  item.needsPicture = false;
  if (answer.preview) item.previewUrl = URL.createObjectURL(answer.preview);
  if (item.pictureUrl) URL.revokeObjectURL(item.pictureUrl);
  item.pictureUrl = answer.picture && URL.createObjectURL(answer.picture);
  if (item === chosen) announce(item);
}

function refuse(item, error) {
  if (CORNERS.includes(error.code)) return setCorners(null, item);
  item.isDue = false;
  item.error = error;
  if (item === chosen) announce(item);
}

function trouble(code, said) {
  $("trouble").hidden = false;
  $("trouble").code = code;
  $("trouble").firstElementChild.textContent = said?.[lang] ?? say(code);
}

/** To those who listen; the keyboard goes on from the verdict where its place has gone. */
function announce(item) {
  const [verdict, said] = verdictOf(item);
  $("live").textContent = say("announced", { name: item.name, verdict, said });
  if (document.activeElement === document.body) $("verdict").focus({ preventScroll: true });
}

// What is told of a photo

const reportOf = (item) => item.answer?.report[lang];

function stateOf(item) {
  if (item.error) return "refused";
  if (!item.answer) return "none";
  return item.answer.error ? "refused" : item.answer.report.en.verdict;
}

function verdictOf(item) {
  if (item.error) {
    const { code, said, params, mayPass } = item.error;
    return [say(mayPass ? "verdict_later" : "verdict_error"), said?.[lang] ?? say(code, params)];
  }
  if (item.answer.error) return [say("verdict_impossible"), item.answer.error[lang]];
  const { verdict, said } = reportOf(item);
  return [say(`verdict_${verdict}`), said];
}

const facts = ({ format, byte_count: bytes, width, height }) =>
  say("file_line", { format, bytes: number(bytes), width: number(width), height: number(height) });

function saveName(item) {
  const stem = item.name.replace(/\.[a-z][a-z0-9]{1,4}$/i, "") || say("unnamed");
  return `${stem}.prepared.${item.answer.report.en.output.format === "BMP" ? "bmp" : "jpg"}`;
}

// What is shown

function show() {
  const isEmpty = items.length === 0;
  $("main").classList.toggle("empty", isEmpty);
  $("main").classList.toggle("many", items.length > 1);
  $("welcome").hidden = !isEmpty;
  $("stage").hidden = isEmpty;
  showFilm();
  showOutcome();
  showFindings();
  showPair();
  if (!isEmpty) showStage();
}

function showStage() {
  const report = reportOf(chosen);
  const canCompare = Boolean(chosen.pictureUrl) && !chosen.pair;
  const isCompared = comparing && canCompare;
  $("view-compare").disabled = !canCompare;
  $("view-photo").setAttribute("aria-pressed", String(!isCompared));
  $("view-compare").setAttribute("aria-pressed", String(isCompared));
  $("photo").hidden = isCompared;
  $("compare").hidden = !isCompared;
  $("stage").classList.toggle("busy", running === chosen || (chosen.isDue && $("trouble").hidden));
  showPages(report?.source);
  const isFixed = !report || Boolean(chosen.pair);
  for (const tool of $("stage").querySelectorAll(".tools button, #crop input, #corners")) tool.disabled = isFixed;
  for (const input of $("crop").querySelectorAll("input")) {
    const { converts_only: isWhole } = rules.chosen;
    input.checked = input.value === (isWhole ? "never" : chosen.options.crop);
    input.disabled ||= isWhole;
  }
  $("nothing").hidden = !chosen.error;
  $("nothing").textContent = chosen.name;
  $("corners").hidden = !report || Boolean(chosen.pair) || (Boolean(report?.border) && !chosen.options.corners);
  $("corners").textContent = say(chosen.options.corners ? "corners_found" : "corners_mark");
  $("corner-help").hidden = !report?.border || isCompared;
  $("photo").classList.toggle("plain", !report);
  if (!report) return showPlain();
  if (chosen.pair) return showJoined(report);
  if (isCompared) return showCompared(report);
  photo.show({
    name: chosen.name,
    url: pictureOf(chosen),
    size: report.source,
    quarters: quartersOf(chosen),
    border: report.border,
    corners: chosen.options.corners,
    findings: report.findings,
    outline: chosen.answer.outline,
  });
  photo.light(picked);
}

/** A PDF or TIFF of several pages: which one is meant. */
function showPages(source) {
  const count = ["PDF", "TIFF"].includes(source?.format) && !chosen.pair ? source.page_count : 1;
  const select = $("page");
  select.parentElement.hidden = count < 2;
  if (select.length !== count) {
    select.replaceChildren(...Array.from({ length: count }, (_, i) => new Option(i + 1, i + 1)));
  }
  select.value = chosen.options.page ?? 1;
}

/** Before there is a report: the photo alone, if the browser can show it. */
function showPlain() {
  if (chosen.pair) return;
  const image = new Image();
  image.src = chosen.url;
  const item = chosen;
  image.decode().then(
    () => {
      if (item !== chosen || item.answer || $("photo").hidden) return;
      const size = { width: image.naturalWidth, height: image.naturalHeight };
      photo.show({ name: item.name, url: item.url, size, quarters: 0, border: null, findings: [], outline: null });
      $("photo").classList.remove("plain");
      $("nothing").hidden = true;
    },
    () => {},
  );
}

/** The page itself; the places of the findings are in the photos of its sides. */
function showJoined({ output, findings }) {
  const size = { width: output.width, height: output.height };
  photo.show({ name: chosen.name, url: chosen.pictureUrl, size, quarters: 0, border: null, findings, outline: null });
}

function showCompared(report) {
  const { width, height } = report.output;
  compare.show({
    before: pictureOf(chosen),
    after: chosen.pictureUrl,
    source: report.source,
    output: { width, height },
    outline: chosen.answer.outline,
  });
  $("before-facts").textContent = facts(report.source);
  $("after-facts").textContent = facts(report.output);
}

/** The server's picture of the photo, where it made one; else the browser shows the file alike. */
const pictureOf = (item) => item.previewUrl ?? item.url;

/** As the sentences have it turned, also where no file could be made. */
const quartersOf = (item) => item.answer.report.en.turn / 90;

function showOutcome() {
  const isDone = Boolean(chosen && (chosen.answer || chosen.error));
  $("outcome").hidden = !chosen;
  if (!chosen) return;
  const [verdict, said] = isDone ? verdictOf(chosen) : [say(running === chosen ? "working" : "waiting"), ""];
  const state = isDone ? stateOf(chosen) : "none";
  $("verdict").className = `verdict ${state}`;
  $("verdict").replaceChildren(icon(state), verdict);
  $("said").textContent = said;
  const output = chosen.error ? null : reportOf(chosen)?.output;
  for (const id of ["made", "window", "allowed", "passed", "save"]) $(id).hidden = !output;
  if (output) showMade(output);
  $("again").hidden = !chosen.error?.mayPass;
  const made = items.filter((item) => item.pictureUrl && !item.error);
  $("save-all").hidden = made.length < 2;
  $("save-all").textContent = say("save_all", { count: made.length });
}

function showMade(output) {
  const [min, max] = rules.chosen.bytes;
  $("made").textContent = facts(output);
  $("allowed").textContent = allowed([min, max]);
  $("window").style.setProperty("--from", `${(100 * min) / max}%`);
  $("window").style.setProperty("--at", `${Math.min(100, (100 * output.byte_count) / max)}%`);
  $("passed").hidden = !output.passthrough;
  $("save").href = chosen.pictureUrl;
  $("save").download = saveName(chosen);
  $("save").className = chosen.answer.report.en.verdict === "refused" ? "second" : "primary";
  $("save").textContent = say("save", { name: saveName(chosen) });
}

function icon(state) {
  const space = "http://www.w3.org/2000/svg";
  const made = document.createElementNS(space, "svg");
  made.setAttribute("viewBox", "0 0 20 20");
  made.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", VERDICT_ICONS[state] ?? "");
  made.append(line);
  return made;
}

function showFindings() {
  const report = chosen && !chosen.error && reportOf(chosen);
  $("findings-part").hidden = !report;
  if (!report || $("findings").report === report) return;
  $("findings").report = report;
  listFindings($("findings"), report.findings, report.border, { light: hover, pick: (index) => pick(index) });
  $("no-findings").hidden = report.findings.length > 0;
  listUnchecked($("unchecked"), report);
  const { border, source, assessments } = report;
  const legible = assessments.find((each) => each.check === "legibility")?.score;
  const percent = border && Math.round(100 * border.confidence);
  const edge = border ? say("border_confidence", { percent }) : say("border_none");
  $("about").hidden = Boolean(chosen.pair);
  listFacts($("about"), [
    facts(source),
    chosen.options.corners ? say("border_hand") : edge,
    ...(legible == null ? [] : [say("legibility", { score: Math.round(legible) })]),
  ]);
}

/** Two photos can be the two sides of one document. One photo is one side: the select that was not `changed`
 * gives way. */
function showPair(changed) {
  const sides = items.filter((item) => !item.pair);
  $("form-part").hidden = items.length === 0;
  $("join-part").hidden = sides.length < 2;
  const selects = [$("front"), $("back")];
  const kept = selects.map((select) => sides.find((item) => item.id === Number(select.value)));
  if (kept[0] === kept[1]) kept[changed === selects[1] ? 0 : 1] = undefined;
  selects.forEach((select, i) => {
    kept[i] ??= sides.find((item) => item !== kept[1 - i]);
    select.replaceChildren(...sides.map((item) => new Option(item.name, item.id)));
    select.value = kept[i]?.id;
  });
}

function showFilm() {
  const tiles = items.map((item) => {
    const tile = document.createElement("li");
    const open = document.createElement("button");
    open.type = "button";
    open.className = `tile ${stateOf(item)}`;
    open.setAttribute("aria-current", String(item === chosen));
    const verdict = item.answer || item.error ? verdictOf(item)[0] : say("waiting");
    open.setAttribute("aria-label", say("photo_verdict", { name: item.name, verdict }));
    open.title = item.name;
    const source = item.answer && (item.pair ? item.pictureUrl : pictureOf(item));
    if (source) {
      item.thumb ??= Object.assign(new Image(), { alt: "" });
      if (item.thumb.src !== source) item.thumb.src = source;
      open.append(item.thumb);
    }
    open.addEventListener("click", () => choose(item));
    const close = document.createElement("button");
    close.type = "button";
    close.className = "close";
    close.setAttribute("aria-label", say("remove", { name: item.name }));
    close.textContent = "×";
    close.addEventListener("click", () => remove(item));
    tile.append(open, close);
    return tile;
  });
  const more = document.createElement("li");
  const plus = document.createElement("button");
  plus.type = "button";
  plus.className = "tile more";
  plus.setAttribute("aria-label", say("add"));
  plus.title = say("add");
  plus.textContent = "+";
  plus.addEventListener("click", () => $("files").click());
  more.append(plus);
  const focus = [...$("film").querySelectorAll("button")].indexOf(document.activeElement);
  $("film").replaceChildren(...tiles, more);
  const buttons = [...$("film").querySelectorAll("button")];
  if (focus >= 0) buttons[Math.min(focus, buttons.length - 1)].focus();
}

// What a person does

function choose(item) {
  chosen = item;
  picked = null;
  show();
  work();
}

function setCorners(corners, item = chosen) {
  if (!corners && !item.options.corners) return;
  item.options.corners = corners;
  renew(item);
}

function turn(quarters) {
  chosen.options.turn = ((quartersOf(chosen) + quarters + 4) % 4) * 90;
  renew(chosen);
}

const hover = (index) => photo.light(index ?? picked);

/** Keep a place shown, or let it go. */
function pick(index, told = false) {
  picked = picked === index ? null : index;
  if (comparing && picked !== null) view(false);
  photo.light(picked, told);
}

function tryAgain() {
  chosen.error = null;
  show();
  renew(chosen);
}

function view(isCompared) {
  comparing = isCompared;
  show();
}

async function saveAll() {
  for (const item of items.filter((each) => each.pictureUrl && !each.error)) {
    const link = document.createElement("a");
    link.href = item.pictureUrl;
    link.download = saveName(item);
    link.click();
    await new Promise((done) => setTimeout(done, 200));
  }
}

function speakTo(wanted) {
  speak(wanted);
  document.title = say("title");
  $("language").textContent = wanted === "zh" ? "English" : "中文";
  $("language").lang = wanted === "zh" ? "en" : "zh-CN";
  const size = megabytes(limits.max_bytes);
  $("accepted").textContent = say("accepted", { size });
  $("accepted_touch").textContent = say("accepted_touch", { size });
  $("live").textContent = "";
  rules.translate();
  form.show();
  if (!$("trouble").hidden) trouble($("trouble").code);
  show();
}

function listen() {
  $("files").addEventListener("change", (event) => take_files(event.target));
  $("shot").addEventListener("change", (event) => take_files(event.target));
  for (const button of document.querySelectorAll("[data-do]")) {
    button.addEventListener("click", () => $(button.dataset.do === "camera" ? "shot" : "files").click());
  }
  let depth = 0;
  const curtain = (change) => document.body.classList.toggle("dropping", (depth += change) > 0);
  addEventListener("dragenter", (event) => event.dataTransfer?.types.includes("Files") && curtain(1));
  addEventListener("dragleave", (event) => event.dataTransfer?.types.includes("Files") && curtain(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    curtain(-depth);
    add(event.dataTransfer.files);
  });
  addEventListener("paste", (event) => add(event.clipboardData?.files ?? []));
  $("language").addEventListener("click", () => {
    const wanted = lang === "zh" ? "en" : "zh";
    const address = new URL(location.href);
    address.searchParams.set("lang", wanted);
    history.replaceState(null, "", address);
    speakTo(wanted);
  });
  $("view-photo").addEventListener("click", () => view(false));
  $("view-compare").addEventListener("click", () => view(true));
  $("turn-left").addEventListener("click", () => turn(-1));
  $("turn-right").addEventListener("click", () => turn(1));
  $("crop").addEventListener("change", (event) => {
    chosen.options.crop = event.target.value;
    renew(chosen);
  });
  $("page").addEventListener("change", (event) => {
    Object.assign(chosen.options, { page: event.target.value, corners: null, turn: null });
    chosen.needsPicture = true;
    renew(chosen);
  });
  $("corners").addEventListener("click", () => (chosen.options.corners ? setCorners(null) : photo.offerCorners()));
  $("save-all").addEventListener("click", saveAll);
  for (const side of ["front", "back"]) $(side).addEventListener("change", () => showPair($(side)));
  $("join").addEventListener("click", addJoined);
  $("again").addEventListener("click", tryAgain);
}

function take_files(input) {
  add([...input.files]);
  input.value = "";
}

function renewAll() {
  for (const item of items) if (item.answer || !item.error) item.isDue = true;
  stop(running);
  work();
}

async function start() {
  try {
    limits = await askSetup();
  } catch (error) {
    return trouble(error.code, error.said?.en ? error.said : GONE);
  }
  learn(limits);
  rules = new Rules($("panel"), limits, () => {
    form.check();
    renewAll();
  });
  form = new NumberForm($("form-part"), { kind: () => rules.options.document, onChange: renewAll });
  $("files").accept = ["image/*", ...limits.extensions].join(",");
  listen();
  speakTo(lang);
}

$("retry").addEventListener("click", () => {
  $("trouble").hidden = true;
  if (limits) work();
  else start();
});
start();
