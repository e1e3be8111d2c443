// Before and after at the same scale, one over the other, with a divider between them.

import { straightening } from "./geometry.js";

export class CompareView {
  constructor(root) {
    this.root = root;
    this.pane = root.querySelector(".pane");
    this.pages = [...root.querySelectorAll(".page")];
    this.before = root.querySelector(".before");
    this.after = root.querySelector(".after");
    this.split = root.querySelector("#split");
    this.zooms = { fit: root.querySelector("#zoom-fit"), real: root.querySelector("#zoom-real") };
    this.real = false;
    this.offset = [0, 0];
    this.split.addEventListener("input", () => this.#divide());
    for (const name of ["fit", "real"]) this.zooms[name].addEventListener("click", () => this.zoom(name === "real"));
    this.pane.addEventListener("pointerdown", (event) => this.#take(event));
    this.pane.addEventListener("pointermove", (event) => this.#drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.pane.addEventListener(name, () => (this.held = null));
    this.pane.addEventListener("dblclick", () => this.zoom(!this.real));
    this.pane.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(() => this.#place()).observe(this.pane);
  }

  /** `pair`: urls before and after, source size, output size, the corners of the output in the source. */
  show(pair) {
    this.pair = pair;
    for (const name of ["before", "after"]) if (this[name].src !== pair[name]) this[name].src = pair[name];
    this.#size(this.before, pair.source);
    this.#size(this.after, pair.output);
    this.before.style.transform = straightening(pair.outline, pair.output);
    for (const page of this.pages) this.#size(page, pair.output);
    this.#place();
    this.#divide();
  }

  zoom(real) {
    this.real = real;
    this.offset = [0, 0];
    for (const name of ["fit", "real"]) this.zooms[name].setAttribute("aria-pressed", (name === "real") === real);
    this.#place();
  }

  #size(element, { width, height }) {
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
  }

  /** Fit, or one pixel of the file on one pixel of the screen; never beyond the rim. */
  #place() {
    if (!this.pair || !this.pane.clientWidth) return;
    const { width, height } = this.pair.output;
    const [w, h] = [this.pane.clientWidth, this.pane.clientHeight];
    const fit = Math.min(w / width, h / height);
    const scale = this.real ? 1 / devicePixelRatio : Math.min(fit, 1);
    const room = [Math.max(0, (width * scale - w) / 2), Math.max(0, (height * scale - h) / 2)];
    this.offset = this.offset.map((value, i) => Math.min(room[i], Math.max(-room[i], value)));
    const [x, y] = [(w - width * scale) / 2 + this.offset[0], (h - height * scale) / 2 + this.offset[1]];
    for (const page of this.pages) page.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    this.pane.classList.toggle("movable", room[0] + room[1] > 0);
  }

  #divide() {
    this.pane.style.setProperty("--split", `${this.split.value}%`);
  }

  /** Near the divider it is moved, elsewhere the picture. */
  #take(event) {
    const box = this.pane.getBoundingClientRect();
    const line = box.left + (this.split.value / 100) * box.width;
    const onLine = Math.abs(event.clientX - line) < 28 || !this.pane.classList.contains("movable");
    this.held = { onLine, x: event.clientX, y: event.clientY, offset: [...this.offset] };
    this.pane.setPointerCapture(event.pointerId);
    this.#drag(event);
  }

  #drag(event) {
    if (!this.held) return;
    if (this.held.onLine) {
      const box = this.pane.getBoundingClientRect();
      this.split.value = (100 * (event.clientX - box.left)) / box.width;
      return this.#divide();
    }
    const { x, y, offset } = this.held;
    this.offset = [offset[0] + event.clientX - x, offset[1] + event.clientY - y];
    this.#place();
  }

  #key(event) {
    const way = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    this.offset = this.offset.map((value, i) => value + 40 * way[i]);
    this.#place();
  }
}
