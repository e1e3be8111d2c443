// The photo with what was seen drawn over it: border, sides, places of findings; and corners to drag.

import { centre, isConvex, seen, turnMatrix, turnedSize, unseen } from "./geometry.js";
import { say } from "./words.js";

const SIDES = ["top", "right", "bottom", "left"];
const OUTSIDE = 0.08; // a corner may lie this far outside, as a share of the picture; the server allows a tenth
const STEP = 0.002; // of an arrow key, as a share of the longer side; with Shift ten times as much
const PATIENCE = 700; // milliseconds after the last arrow key
const MAGNIFIED = 3;

/** What a finding points at: polygons in source pixels, or the sides of the border. */
export function placeOf(finding, border) {
  if (finding.region) return { polygon: finding.region };
  const sides = SIDES.filter((side) => (finding.params.sides ?? []).includes(side));
  if (border && sides.length) return { sides: sides.map((side) => sideOf(border.quad, side)) };
  return null;
}

const sideOf = (quad, side) => [quad[SIDES.indexOf(side)], quad[(SIDES.indexOf(side) + 1) % 4]];

function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const points = (polygon) => polygon.map((point) => point.join(",")).join(" ");
const path = (polygon) => `M${polygon.map((point) => point.join(" ")).join("L")}Z`;

export class PhotoView {
  /** `onCorners(corners | null, item)` hears of corners set by hand on the item of the scene, `onPick(index)` of a place that was tapped. */
  constructor(root, { onCorners, onPick }) {
    this.root = root;
    this.sheet = root.querySelector(".sheet");
    this.drawing = root.querySelector("svg");
    this.marks = root.querySelector("#marks");
    this.callout = root.querySelector("#callout");
    this.magnifier = root.querySelector("canvas");
    this.onCorners = onCorners;
    this.onPick = onPick;
    this.image = new Image(); // for the magnifier
    this.picture = draw("image", { preserveAspectRatio: "none" });
    this.overlay = draw("g", {});
    this.turned = draw("g", {}, this.picture, this.overlay);
    this.drawing.append(this.turned);
    this.handles = [0, 1, 2, 3].map((i) => this.#handle(i));
    root.querySelector("#handles").append(...this.handles);
  }

  /** `scene`: item (handed back with its corners), name, url, size, quarters, border, corners by hand, isFixed if none can be set, findings,
   * outline of what is kept; in source pixels. */
  show(scene) {
    // Whoever is dragging is not disturbed by an answer.
    this.waiting = this.moving !== undefined || this.settling ? scene : null;
    if (this.waiting) return;
    this.scene = scene;
    this.corners = (scene.corners ?? scene.border?.quad)?.map((point) => [...point]) ?? null;
    if (this.image.src !== scene.url) this.image.src = scene.url;
    const attributes = { href: scene.url, width: scene.size.width, height: scene.size.height };
    for (const [name, value] of Object.entries(attributes)) this.picture.setAttribute(name, value);
    this.turned.setAttribute("transform", `matrix(${turnMatrix(scene.size, scene.quarters).join(" ")})`);
    const size = turnedSize(scene.size, scene.quarters);
    this.sheet.style.setProperty("--ratio", size.width / size.height);
    this.drawing.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    this.#draw();
    this.light(null);
  }

  /** Offer corners where no border was found. */
  offerCorners() {
    const { width: w, height: h } = this.scene.size;
    this.corners = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]].map(([x, y]) => [x * w, y * h]);
    this.#draw();
    this.handles[0].focus();
    this.onCorners(this.corners, this.scene.item);
  }

  /** Show the place of one finding, or of none; `told` where the list does not stand beside it, what to do too. */
  light(index, told = false) {
    const finding = index === null ? null : this.scene?.findings[index];
    const place = finding && placeOf(finding, this.scene.border);
    this.root.classList.toggle("lit", Boolean(place));
    for (const element of this.root.querySelectorAll("[data-finding]")) {
      element.classList.toggle("on", Number(element.dataset.finding) === index);
    }
    this.callout.hidden = !place || !told;
    if (this.callout.hidden) return;
    const [title, advice] = [document.createElement("b"), document.createElement("span")];
    title.textContent = finding.message;
    advice.textContent = finding.advice;
    this.callout.replaceChildren(title, advice);
    const low = this.#percent(this.#anchor(place))[1] < 50;
    this.callout.classList.toggle("below", low);
  }

  #draw() {
    const { size, findings, border, outline } = this.scene;
    const { width, height } = size;
    const layer = [];
    const frame = path([[0, 0], [width, 0], [width, height], [0, height]]);
    if (outline) layer.push(draw("path", { class: "left-out", d: frame + path(outline), "fill-rule": "evenodd" }));
    this.marks.replaceChildren();
    let count = 0;
    findings.forEach((finding, index) => {
      const place = placeOf(finding, border);
      if (place) layer.push(...this.#place(place, finding, index, ++count));
    });
    if (this.corners) layer.push(...this.#border());
    this.overlay.replaceChildren(...layer);
    const name = this.corners ? say("picture_border", { name: this.scene.name }) : this.scene.name;
    this.drawing.setAttribute("aria-label", count ? say("picture_places", { name }) : name);
    this.handles.forEach((handle, i) => this.#put(handle, i));
  }

  /** As the findings tell it: cut off only where SF103 says so. */
  #stateOf(side) {
    const seen = this.scene.border?.sides[side] ?? "seen";
    if (seen !== "cut" && seen !== "flush") return seen;
    const cut = this.scene.findings.some(({ code, params }) => code === "SF103" && params.sides?.includes(side));
    return cut ? "cut" : "flush";
  }

  #border() {
    const casing = draw("polygon", { class: "casing", points: points(this.corners) });
    const sides = SIDES.map((side) => {
      const [[x1, y1], [x2, y2]] = sideOf(this.corners, side);
      const state = this.#stateOf(side);
      if (state !== "seen" && this.moving === undefined) this.#chip(side, state);
      return draw("line", { class: `side ${this.moving === undefined ? state : "seen"}`, x1, y1, x2, y2 });
    });
    return [casing, ...sides];
  }

  /** The state of a side in words, unless a finding's number stands there. */
  #chip(side, state) {
    if (this.scene.findings.some((finding) => finding.params.sides?.includes(side))) return;
    const chip = document.createElement("span");
    chip.className = `chip ${state}`;
    chip.textContent = say(`side_${state}`);
    this.#at(chip, centre(sideOf(this.corners, side)));
    this.marks.append(chip);
  }

  /** The place of a finding, with its number as in the list. */
  #place(place, finding, index, count) {
    const pin = document.createElement("span");
    pin.className = `pin ${finding.severity}`;
    pin.textContent = count;
    pin.dataset.finding = index;
    pin.setAttribute("aria-hidden", "true"); // the list has it
    this.#at(pin, this.#anchor(place));
    this.marks.append(pin);
    const shapes = place.polygon
      ? [draw("polygon", { points: points(place.polygon) })]
      : place.sides.map(([[x1, y1], [x2, y2]]) => draw("line", { x1, y1, x2, y2 }));
    for (const element of [pin, ...shapes]) {
      element.addEventListener("click", () => this.onPick(index));
      element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.light(index, true));
      element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.light(null));
    }
    for (const shape of shapes) {
      shape.setAttribute("class", `place ${finding.severity}`);
      shape.dataset.finding = index;
    }
    return shapes;
  }

  /** Where the number of a place stands: in the middle of its uppermost side as it is seen, unless a corner
   * to drag lies there. */
  #anchor(place) {
    if (place.sides) return centre(place.sides[0]);
    const top = this.#top(place);
    const near = 0.05 * Math.max(this.scene.size.width, this.scene.size.height);
    const isTaken = this.corners?.some(([x, y]) => Math.hypot(x - top[0], y - top[1]) < near);
    return isTaken ? centre(place.polygon) : top;
  }

  #top(place) {
    const { size, quarters } = this.scene;
    const ys = place.polygon.map((point) => seen(point, size, quarters)[1]);
    const top = Math.min(...ys) + 0.02 * (Math.max(...ys) - Math.min(...ys));
    return centre(place.polygon.filter((_, i) => ys[i] <= top));
  }

  #percent(point) {
    const { size, quarters } = this.scene;
    const [x, y] = seen(point, size, quarters);
    const { width, height } = turnedSize(size, quarters);
    return [(100 * x) / width, (100 * y) / height];
  }

  #at(element, point) {
    const [x, y] = this.#percent(point).map((value) => Math.min(100, Math.max(0, value)));
    element.style.left = `${x}%`;
    element.style.top = `${y}%`;
  }

  // Corners

  #handle(i) {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "handle";
    handle.setAttribute("aria-describedby", "corner-help");
    handle.addEventListener("pointerdown", (event) => this.#take(i, event));
    handle.addEventListener("pointermove", (event) => this.moving === i && this.#drag(i, event));
    handle.addEventListener("pointerup", () => this.#drop(i));
    handle.addEventListener("pointercancel", () => this.#drop(i));
    handle.addEventListener("keydown", (event) => this.#key(i, event));
    handle.addEventListener("blur", () => this.#settle());
    return handle;
  }

  #put(handle, i) {
    handle.hidden = !this.corners || Boolean(this.scene.isFixed);
    if (handle.hidden) return;
    const [x, y] = this.#percent(this.corners[i]);
    handle.style.setProperty("--x", `${x}%`);
    handle.style.setProperty("--y", `${y}%`);
    const corner = say(`corner_${(i + this.scene.quarters) % 4}`);
    handle.setAttribute("aria-label", say("corner_at", { corner, x: Math.round(x), y: Math.round(y) }));
  }

  #take(i, event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.handles[i].focus({ preventScroll: true });
    this.handles[i].setPointerCapture(event.pointerId);
    this.moving = i;
    this.waiting = null;
    this.before = this.corners.map((point) => [...point]);
    this.root.classList.add("dragging");
    this.light(null);
    this.#magnify(i);
  }

  #drag(i, event) {
    const box = this.sheet.getBoundingClientRect();
    const { size, quarters } = this.scene;
    const { width, height } = turnedSize(size, quarters);
    const place = [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ];
    this.#move(i, unseen(place, size, quarters));
    this.#magnify(i);
  }

  #move(i, [x, y]) {
    const { width: w, height: h } = this.scene.size;
    const moved = this.corners.map((point) => [...point]);
    moved[i] = [clamp(x, -OUTSIDE * w, (1 + OUTSIDE) * w), clamp(y, -OUTSIDE * h, (1 + OUTSIDE) * h)];
    if (!isConvex(moved)) return;
    this.corners = moved;
    this.#draw();
  }

  #drop(i) {
    if (this.moving !== i) return;
    this.moving = undefined;
    this.root.classList.remove("dragging");
    this.magnifier.hidden = true;
    const changed = this.corners.some((point, k) => Math.hypot(point[0] - this.before[k][0], point[1] - this.before[k][1]) > 0.5);
    if (changed) this.onCorners(this.corners, this.scene.item);
    else if (this.waiting) this.show(this.waiting);
  }

  #key(i, event) {
    if (event.key === "Escape") return this.#giveUp();
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return event.key === "Enter" && this.#settle();
    event.preventDefault();
    const { size, quarters } = this.scene;
    const step = STEP * Math.max(size.width, size.height) * (event.shiftKey ? 10 : 1);
    const [x, y] = seen(this.corners[i], size, quarters);
    this.#move(i, unseen([x + way[0] * step, y + way[1] * step], size, quarters));
    this.#magnify(i);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.#settle(), PATIENCE);
  }

  /** After arrow keys: take the corners as they are now. */
  #settle() {
    if (!this.settling) return;
    clearTimeout(this.settling);
    this.settling = undefined;
    this.magnifier.hidden = true;
    this.onCorners(this.corners, this.scene.item);
  }

  /** The border as it was found; what arrow keys have moved and nobody has taken yet is forgotten. */
  #giveUp() {
    const { item } = this.scene;
    clearTimeout(this.settling);
    this.settling = undefined;
    this.magnifier.hidden = true;
    this.show(this.waiting ?? this.scene);
    this.onCorners(null, item);
  }

  /** The surroundings of a corner under the finger, larger, above it, or beside it where there is no room. */
  #magnify(i) {
    const { size, quarters } = this.scene;
    const box = this.sheet.getBoundingClientRect();
    const canvas = this.magnifier;
    const context = canvas.getContext("2d");
    const scale = (MAGNIFIED * 2 * box.width) / turnedSize(size, quarters).width;
    const [x, y] = this.corners[i];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.translate(canvas.width / 2, canvas.height / 2);
    context.rotate((quarters * Math.PI) / 2);
    context.scale(scale, scale);
    context.translate(-x, -y);
    context.drawImage(this.image, 0, 0, size.width, size.height);
    for (const [width, colour] of [[5, "#00302e"], [2.5, "#3fe0d2"]]) {
      context.lineWidth = width / scale;
      context.strokeStyle = colour;
      context.stroke(new Path2D(path(this.corners)));
    }
    canvas.hidden = false;
    const [px, py] = this.#percent([x, y]);
    const outer = this.root.getBoundingClientRect();
    const left = box.left - outer.left + (px / 100) * box.width;
    const top = box.top - outer.top + (py / 100) * box.height;
    const isHigh = top < 190;
    const beside = left < outer.width / 2 ? left + 108 : left - 108;
    canvas.style.left = `${clamp(isHigh ? beside : left, 72, outer.width - 72)}px`;
    canvas.style.top = `${isHigh ? Math.max(top, 72) : top - 108}px`;
  }
}

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
