// The page: which photos there are, what is asked about each, and what is shown of the chosen one.

import { CompareView } from "./compare.js";
import { Rules, allowed } from "./controls.js";
import { NumberForm } from "./form.js";
import { listFacts, listFindings, listUnchecked } from "./findings.js";
import { PhotoView } from "./photo.js";
import { askBeforeLeaving, markSaved, saveAll, saveName } from "./saving.js";
import { join, look, setup as askSetup } from "./server.js";
import { Sides, isSamePage, optionsOf, pageCount } from "./sides.js";
import { lang, learn, megabytes, number, say, speak } from "./words.js";

const $ = (id) => document.getElementById(id);
const GONE = { en: "scanfix does not answer.", zh: "scanfix 没有响应。" }; // before any word came from it
const VERDICT_ICONS = {
  ready: "M5 10.500l3.500 3.500L15.500 6.500",
  look: "M10 5.500v6M10 14.500v.1",
  refused: "M6 6l8 8M14 6l-8 8",
};

const LOST = ["gone", "wrong_token"]; // the server, not the photo
const CORNERS = ["bad_corners", "corners_outside"];
const NEARLY_THERE = 2000; // milliseconds: what a photo takes, and what a new worker process takes

let limits;
let rules;
let form;
let items = [];
const early = []; // photos that were faster than the words of the page
let chosen = null;
let running = null;
let count = 0;
let asked = 0; // since all were done
let comparing = false;
let picked = null;

const photo = new PhotoView($("photo"), { onCorners: setCorners, onPick: (index) => pick(index, true) });
const compare = new CompareView($("compare"));
const sides = new Sides($("join-part"));

// Photos in

function add(files) {
  if (!form) return early.push(...files);
  const first = items.length;
  for (const file of files) {
    const item = {
      id: ++count,
      file,
      name: file.name || say("unnamed"),
      url: URL.createObjectURL(file),
      options: { crop: {}, corners: null, turn: null, page: null },
      pages: {},
      isDue: file.size <= limits.max_bytes,
      needsPicture: true,
    };
    if (!item.isDue) refuse(item, { code: "too_large", params: { limit: number(limits.max_bytes) } });
    items.push(item);
  }
  if (!items[first]) return;
  choose(items[first]);
  announce(items[first]);
}

/** The photo alone: a page that it is a side of is a result of its own. */
function remove(item) {
  const place = items.indexOf(item);
  item.abort?.abort();
  for (const url of [item.url, item.previewUrl, item.pictureUrl]) if (url) URL.revokeObjectURL(url);
  items = items.filter((each) => each !== item);
  if (item === chosen) [chosen, picked] = [items[Math.min(place, items.length - 1)] ?? null, null];
  show();
  if (!chosen) document.querySelector('[data-do="choose"]').focus();
}

// One request at a time, the photo that is looked at first

async function work() {
  const item = [chosen, ...items].find((each) => each?.isDue);
  if (running || !item) return;
  running = item;
  item.isDue = false;
  item.askedPage = item.options.page;
  item.abort = new AbortController();
  item.since = performance.now();
  asked += 1;
  show();
  if (item === chosen) tell(say("working"));
  try {
    take(item, await (item.pair ? askJoined(item) : askLooked(item)));
    $("trouble").hidden = true;
    form.checkAgain();
  } catch (error) {
    if (LOST.includes(error.code)) {
      item.isDue = true;
      trouble(error.code);
    } else if (error.name !== "AbortError") refuse(item, error.code ? error : { code: "failed" });
  }
  running = null;
  show();
  announce(item);
  if ($("trouble").hidden) work();
}

function askLooked(item) {
  const preview = item.needsPicture ? "yes" : null;
  return look(item.file, { ...rules.options, ...ownOptions(item), preview }, form.given, item.abort.signal);
}

function askJoined(item) {
  const [front, back] = item.pair.map((side) => ownOptions({ options: optionsOf(side) }));
  const ofBack = Object.entries(back).map(([name, value]) => [`back_${name}`, value]);
  const options = { ...rules.options, ...front, ...Object.fromEntries(ofBack), layout: item.layout };
  const [one, other] = item.pair.map((side) => side.item.file);
  return join(one, other, options, form.given, item.abort.signal);
}

/** Set by hand; they wait where the portal has no use for them. */
const cornersOf = ({ options }) => (rules.takesCorners ? options.corners : null);

/** What was chosen for one photo, as the server wants it. */
function ownOptions({ options }) {
  const points = cornersOf({ options })?.map((point) => point.map((value) => value.toFixed(1)).join(","));
  return { ...options, crop: rules.cropOf(options), corners: points ? points.join(" ") : null };
}

/** Ask again; what was seen stays until the answer is there, but is no verdict any more. */
function renew(item) {
  item.isDue = true;
  stop(item);
  for (const joined of items) if (joined.pair?.some((side) => side.item === item)) joined.isDue = true;
  show();
  work();
}

/** Give up on an answer that nobody wants any more; one that is nearly there is cheaper to wait for. */
function stop(item) {
  if (item && running === item && performance.now() - item.since > NEARLY_THERE) item.abort.abort();
}

function chooseJoined() {
  const wanted = sides.chosen;
  choose(items.find((item) => item.pair && isSamePage(item, wanted)) ?? addJoined(wanted));
  scrollTo(0, 0);
}

function addJoined(wanted) {
  const item = { id: ++count, ...wanted, options: { crop: {}, corners: null, turn: null }, isDue: true };
  // In the language of whoever reads it.
  Object.defineProperty(item, "name", { get: () => say("joined_name") });
  items.push(item);
  return item;
}

function take(item, answer) {
  item.error = null;
  item.answer = answer;
  // The server puts corners in its own order.
  if (cornersOf(item) && !item.isDue) item.options.corners = answer.report.en.border?.quad ?? item.options.corners;
  if (item.askedPage === item.options.page) showPageOf(item, answer.preview);
  if (item.pictureUrl) URL.revokeObjectURL(item.pictureUrl);
  item.pictureUrl = answer.picture && URL.createObjectURL(answer.picture);
}

/** The picture of the page that is wished still: another may have been chosen since it was asked for. */
function showPageOf(item, preview) {
  item.needsPicture = false;
  if (!preview) return;
  if (item.previewUrl) URL.revokeObjectURL(item.previewUrl);
  item.previewUrl = URL.createObjectURL(preview);
}

function refuse(item, error) {
  if (CORNERS.includes(error.code) && item.options.corners) return setCorners(null, item);
  item.error = error;
}

function trouble(code, said) {
  $("trouble").hidden = false;
  $("trouble").code = code;
  $("trouble").firstElementChild.textContent = said?.[lang] ?? say(code);
}

/** To those who listen: what came of the photo that is chosen, and once that no other waits any more. */
function announce(item) {
  const isOver = !items.some(isUnderWay);
  const isOfMany = isOver && asked > 1;
  if (isOver) asked = 0;
  const isMeant = item === chosen && !isUnderWay(item);
  if (isMeant || isOfMany) tell(isMeant && announcementOf(item), isOfMany && say("all_done"));
  // The keyboard goes on from the verdict where its place has gone.
  if (isMeant && !document.activeElement?.offsetParent) $("verdict").focus({ preventScroll: true });
}

const tell = (...sentences) => ($("live").textContent = sentences.filter(Boolean).join(" "));

/** Without what is read out beside the sizes. */
function announcementOf(item) {
  const [verdict, said] = verdictOf(item);
  return say("announced", { name: item.name, verdict, said: item.error?.isOfSizes ? "" : said });
}

// What is told of a photo

const reportOf = (item) => item.answer?.report[lang];

/** Whether the answer to the present wish is still to come: then the old one is neither told nor saved. */
const isUnderWay = (item) => item.isDue || item === running;

function stateOf(item) {
  if (isUnderWay(item)) return "none";
  if (item.error) return "refused";
  return item.answer.error ? "refused" : item.answer.report.en.verdict;
}

function verdictOf(item) {
  if (item.error) {
    const { code, said, params, side, mayPass, isOfSizes } = item.error;
    const verdict = isOfSizes ? "verdict_impossible" : mayPass ? "verdict_later" : "verdict_error";
    const why = said?.[lang] ?? say(code, params);
    return [say(verdict), side ? say("of_side", { side: say(`side_${side}`), said: why }) : why];
  }
  if (item.answer.error) return [say("verdict_impossible"), item.answer.error[lang]];
  const { verdict, said } = reportOf(item);
  return [say(`verdict_${verdict}`), said];
}

/** The verdict, or that there is none yet. */
const titleOf = (item) =>
  isUnderWay(item) ? say(item === running ? "working" : "waiting") : verdictOf(item)[0];

const facts = ({ format, byte_count: bytes, width, height }) =>
  say("file_line", { format, bytes: number(bytes), width: number(width), height: number(height) });

// What is shown

function show() {
  const isEmpty = items.length === 0;
  $("main").classList.toggle("empty", isEmpty);
  $("main").classList.toggle("many", items.length > 1);
  $("main").classList.toggle("stale", Boolean(chosen && isUnderWay(chosen)));
  $("welcome").hidden = !isEmpty;
  $("stage").hidden = isEmpty;
  showFilm();
  showOutcome();
  showFindings();
  $("form-part").hidden = isEmpty;
  sides.show(rules.isDocument ? items : []);
  if (!isEmpty) showStage();
}

function showStage() {
  // An earlier picture does not stand for a page that was refused.
  const report = chosen.error && (chosen.pair || chosen.needsPicture) ? null : reportOf(chosen);
  const canCompare = Boolean(chosen.pictureUrl) && !chosen.pair && !chosen.error;
  const isCompared = comparing && canCompare;
  $("view-compare").disabled = !canCompare;
  $("view-photo").setAttribute("aria-pressed", String(!isCompared));
  $("view-compare").setAttribute("aria-pressed", String(isCompared));
  $("photo").hidden = isCompared;
  $("compare").hidden = !isCompared;
  $("stage").classList.toggle("busy", running === chosen || (chosen.isDue && $("trouble").hidden));
  showPages();
  // Until its picture is there, a page of a file is not the one that is shown.
  const isFixed = !report || Boolean(chosen.pair) || chosen.needsPicture;
  for (const tool of $("stage").querySelectorAll(".tools button, #crop input, #corners")) tool.disabled = isFixed;
  for (const input of $("crop").querySelectorAll("input")) {
    input.parentElement.hidden = !rules.crops.includes(input.value);
    input.checked = input.value === rules.cropOf(chosen.options);
  }
  $("nothing").hidden = !chosen.error || Boolean(report);
  $("nothing").textContent = chosen.name;
  const corners = cornersOf(chosen);
  // Of a photo that was refused since, the old answer tells the size alone.
  const border = chosen.error ? null : report?.border;
  $("corners").hidden = isFixed || !rules.takesCorners || (Boolean(border) && !corners);
  $("corners").textContent = say(corners ? "corners_found" : "corners_mark");
  $("corner-help").hidden = !border || !rules.takesCorners || isCompared;
  $("photo").classList.toggle("plain", !report);
  if (!report) return showPlain();
  if (chosen.pair) return showJoined(report);
  if (isCompared) return showCompared(report);
  photo.show({
    item: chosen,
    name: chosen.name,
    url: pictureOf(chosen),
    size: report.source,
    quarters: quartersOf(chosen),
    border,
    corners,
    isFixed: isFixed || !rules.takesCorners,
    findings: chosen.error ? [] : report.findings,
    outline: chosen.error ? null : chosen.answer.outline,
  });
  photo.light(picked);
}

/** A PDF or TIFF of several pages: which one is meant. */
function showPages() {
  const count = pageCount(chosen);
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
  $("outcome").hidden = !chosen;
  if (!chosen) return;
  const state = stateOf(chosen);
  $("verdict").className = `verdict ${state}`;
  $("verdict").replaceChildren(icon(state), titleOf(chosen));
  // Of an old answer too, unseen: the panel does not jump.
  $("said").textContent = chosen.answer || chosen.error ? verdictOf(chosen)[1] : "";
  const output = chosen.error ? null : reportOf(chosen)?.output;
  for (const id of ["made", "window", "allowed", "passed", "save"]) $(id).hidden = !output;
  if (output) showMade(output);
  $("again").hidden = !chosen.error?.mayPass;
  $("save-all").hidden = madeOf(items).length < 2;
  $("save-all").disabled = items.some(isUnderWay);
  $("save-all").textContent = say("save_all", { count: madeOf(items).length });
}

const madeOf = (items) => items.filter((item) => item.pictureUrl && !item.error);

function showMade(output) {
  const [min, max] = chosen.answer.bytes;
  $("made").textContent = facts(output);
  $("allowed").textContent = allowed([min, max]);
  $("window").style.setProperty("--from", `${(100 * min) / max}%`);
  $("window").style.setProperty("--at", `${Math.min(100, (100 * output.byte_count) / max)}%`);
  $("passed").hidden = !output.passthrough;
  $("save").href = chosen.pictureUrl;
  const name = saveName(chosen, items);
  $("save").download = name;
  $("save").className = chosen.answer.report.en.verdict === "refused" ? "second" : "primary";
  $("save").textContent = say("save", { name });
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
    cornersOf(chosen) ? say("border_hand") : edge,
    ...(legible == null ? [] : [say("legibility", { score: Math.round(legible) })]),
  ]);
}

/** One tile a photo, which stays as long as its photo does, and so do the keyboard's place and what is scrolled. */
function showFilm() {
  const film = $("film");
  const more = film.lastElementChild;
  const focus = [...film.querySelectorAll("button")].indexOf(document.activeElement);
  for (const tile of [...film.children]) if (tile.item && !items.includes(tile.item)) tile.remove();
  for (const item of items) {
    if (!item.tile) more.before((item.tile = makeTile(item)));
    fillTile(item);
  }
  const buttons = [...film.querySelectorAll("button")];
  if (focus >= 0 && !film.contains(document.activeElement)) buttons[Math.min(focus, buttons.length - 1)].focus();
}

function makeTile(item) {
  const tile = document.createElement("li");
  const [open, close] = [document.createElement("button"), document.createElement("button")];
  open.addEventListener("click", () => choose(item));
  close.className = "close";
  close.textContent = "×";
  close.addEventListener("click", () => remove(item));
  for (const button of [open, close]) button.type = "button";
  tile.append(open, close);
  return Object.assign(tile, { item });
}

function fillTile(item) {
  const [open, close] = item.tile.children;
  const state = stateOf(item);
  open.className = `tile ${state}`;
  open.setAttribute("aria-current", String(item === chosen));
  open.title = say("photo_verdict", { name: item.name, verdict: titleOf(item) });
  open.setAttribute("aria-label", open.title);
  close.setAttribute("aria-label", say("remove", { name: item.name }));
  const source = item.answer && (item.pair ? item.pictureUrl : pictureOf(item));
  if (source) item.thumb ??= Object.assign(new Image(), { alt: "" });
  if (source && item.thumb.src !== source) item.thumb.src = source;
  open.replaceChildren(...(source ? [item.thumb] : []), icon(state));
}

/** The film alone is scrolled, not the page; what stands out of a tile comes into sight with it. */
function reveal({ offsetLeft: x, offsetTop: y, offsetWidth: width, offsetHeight: height }) {
  const film = $("film");
  const rim = 10;
  film.scrollLeft = Math.min(x - rim, Math.max(film.scrollLeft, x + width + rim - film.clientWidth));
  film.scrollTop = Math.min(y - rim, Math.max(film.scrollTop, y + height + rim - film.clientHeight));
}

// What a person does

function choose(item) {
  chosen = item;
  picked = null;
  show();
  reveal(item.tile);
  work();
}

function setCorners(corners, item) {
  if (!corners && !item.options.corners) return;
  item.options.corners = corners;
  renew(item);
}

function turn(quarters) {
  // From where it will stand: the answer to an earlier turn may be under way.
  const stands = chosen.options.turn ?? 90 * quartersOf(chosen);
  chosen.options.turn = (stands + 90 * quarters + 360) % 360;
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
  renew(chosen);
}

function view(isCompared) {
  comparing = isCompared;
  show();
}

function speakTo(wanted) {
  speak(wanted);
  document.title = say("title");
  $("language").hidden = false;
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
  addEventListener("paste", paste);
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
    chosen.options.crop[rules.chosen.shows] = event.target.value;
    renew(chosen);
  });
  $("page").addEventListener("change", (event) => {
    const { page, corners, turn } = chosen.options;
    chosen.pages[page ?? 1] = { corners, turn };
    chosen.options = optionsOf({ item: chosen, page: Number(event.target.value) });
    chosen.needsPicture = true;
    renew(chosen);
  });
  $("corners").addEventListener("click", () => (chosen.options.corners ? setCorners(null, chosen) : photo.offerCorners()));
  $("save").addEventListener("click", () => markSaved(chosen));
  $("save-all").addEventListener("click", () => saveAll(madeOf(items), items));
  askBeforeLeaving(() => items, isUnderWay);
  $("join").addEventListener("click", chooseJoined);
  $("again").addEventListener("click", tryAgain);
}

/** Text that goes into a field may carry its picture with it, as a spreadsheet's does. */
function paste({ target, clipboardData }) {
  const isText = target.matches?.('input[type="text"]') && clipboardData?.types.includes("text/plain");
  if (!isText) add(clipboardData?.files ?? []);
}

function take_files(input) {
  add([...input.files]);
  input.value = "";
}

/** Something was changed that concerns all; a file that cannot be taken is the same under all rules. */
function outdateAll() {
  for (const item of items) if (item.answer || item.pair || !item.error || item.error.isOfSizes) item.isDue = true;
  show();
}

function renewAll() {
  outdateAll();
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
    form.outdate();
    form.check();
    renewAll();
  });
  const kind = () => rules.options.document;
  form = new NumberForm($("form-part"), { kind, onInput: outdateAll, onChange: renewAll });
  $("files").accept = ["image/*", ...limits.extensions].join(",");
  speakTo(lang);
  add(early.splice(0));
}

$("retry").addEventListener("click", () => {
  $("trouble").hidden = true;
  if (limits) work();
  else start();
});
listen();
start();
