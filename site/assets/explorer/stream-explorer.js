/**
 * <stream-explorer scenario="late">What a reader sees who has no script.</stream-explorer>
 *
 * `scenario` names one of scenarios.json. With `share`, the address of the page holds the stream (its hash), and a stream that is given
 * there is shown. Keeps what the reader has chosen, and lets the engine say what comes of it.
 */
import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import { play } from "./engine.js";
import { CUSTOMERS, MOST, fromHash, fromList, problem, toHash, toStream } from "./scenario.js";
import { chooser, settings, transport } from "./controls.js";
import { domainOf, picture, scale } from "./picture.js";
import { editor, log, results, summary } from "./panels.js";
import { Mover } from "./moving.js";
import { line } from "./words.js";

const HERE = new URL(".", import.meta.url);
const BEAT_MS = 1100; // of one step while it plays
let loaded;

/** The scenarios of the page; asked for once. */
const scenarios = () => (loaded ??= fetch(new URL("scenarios.json", HERE)).then(async (answer) => (await answer.json()).map(fromList)));

class StreamExplorer extends HTMLElement {
  list = [];
  scenario = null;
  steps = [];
  now = 0;
  playing = null;
  focused = null;
  width = 640;
  told = "";
  wrong = "";
  copied = false;

  async connectedCallback() {
    this.list = await scenarios();
    if (!this.isConnected) return;
    if (!this.shadowRoot) this.begin();
    if (this.hasAttribute("share")) addEventListener("hashchange", this.addressed);
  }

  begin() {
    this.attachShadow({ mode: "open" });
    this.mover = new Mover(this);
    this.start();
    this.resized = new ResizeObserver(([{ contentRect }]) => this.fit(contentRect.width));
    this.resized.observe(this.shadowRoot.querySelector(".drawing"));
  }

  disconnectedCallback() {
    this.pause();
    removeEventListener("hashchange", this.addressed);
  }

  get first() {
    return this.list.find((each) => each.name === this.getAttribute("scenario")) ?? this.list[0];
  }

  /** Begin with what the address holds, else with the element's own scenario. */
  start() {
    let given = null;
    this.wrong = "";
    try {
      given = this.hasAttribute("share") ? fromHash(decodeURI(location.hash), this.list) : null;
    } catch (error) {
      const why = error instanceof RangeError ? error.message : "it cannot be read";
      this.wrong = `The stream in the address is not right: ${why}. This is "${this.first.title}" instead.`;
    }
    this.show(given ?? structuredClone(this.first));
  }

  addressed = () => {
    if (location.hash !== this.written) this.start();
  };

  /** Show another stream, to its end. */
  show(scenario) {
    this.pause();
    this.scenario = scenario;
    this.focused = scenario.events[0].id;
    this.play(Infinity);
  }

  /** Let the engine play the stream anew; `now` is the step to stand at. */
  play(now = this.now) {
    this.stream = toStream(this.scenario);
    this.steps = play(this.stream);
    this.now = Math.max(0, Math.min(now, this.steps.length - 1));
    if (!this.mover.dragging) this.domain = domainOf(this.scenario, this.steps);
    this.update();
  }

  fit(width) {
    if (Math.abs(width - this.width) < 1) return;
    this.width = width;
    this.update();
  }

  // ---- what the reader does

  choose(name) {
    this.wrong = "";
    this.show(structuredClone(this.list.find((each) => each.name === name)));
    this.remember();
    this.say(this.scenario.text);
  }

  /** Change settings or partitions; sizes are made whole multiples of the slide where they must be. */
  set(name, value) {
    const next = structuredClone(this.scenario);
    if (name === "partitions") {
      next.partitions = value;
      for (const event of next.events) event.partition = Math.min(event.partition, value - 1);
    } else next.settings[name] = value;
    const s = next.settings;
    if (["hopping", "cumulating"].includes(s.kind)) s.size = Math.max(1, Math.round(s.size / s.slide)) * s.slide;
    if (s.kind === "cumulating") s.lateness = 0;
    this.change(next);
  }

  setEvent(id, changes) {
    const next = structuredClone(this.scenario);
    Object.assign(next.events.find((e) => e.id === id), changes);
    return this.change(next);
  }

  add() {
    if (this.scenario.events.length >= MOST.events) return this.say(`A stream has ${MOST.events} events at most.`);
    const next = structuredClone(this.scenario);
    const last = Math.min(MOST.time, Math.max(...next.events.map((e) => e.arrives)) + 4);
    const id = `e${Math.max(...next.events.map((e) => Number(e.id.slice(1)))) + 1}`;
    next.events.push({ id, key: CUSTOMERS[0], partition: 0, time: Math.max(0, last - 1), arrives: last });
    this.focused = id;
    this.change(next);
    this.say(`An order of ${CUSTOMERS[0]} was added at the end.`);
  }

  remove(id) {
    const next = structuredClone(this.scenario);
    next.events = next.events.filter((e) => e.id !== id);
    if (!next.events.length) return this.say("A stream has at least one order.");
    this.focused = next.events[0].id;
    this.change(next);
    this.say("The order was removed.");
  }

  /** Take a changed scenario if it is right; else say what is not, and leave all as it was. Whether it was taken. */
  change(next) {
    const wrong = problem(next);
    if (wrong) {
      this.say(`Not possible: ${wrong}.`);
      this.update();
      return false;
    }
    this.wrong = "";
    const atEnd = this.now === this.steps.length - 1;
    this.scenario = next;
    this.play(atEnd ? Infinity : this.now);
    if (!this.mover.moving) this.remember();
    return true;
  }

  go(now, { quiet = false } = {}) {
    this.now = Math.max(0, Math.min(now, this.steps.length - 1));
    if (!quiet) this.say(line(this.steps[this.now]));
    this.update();
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.now === this.steps.length - 1) this.go(0);
    const beat = () => {
      this.go(this.now + 1);
      if (this.now === this.steps.length - 1) this.pause();
    };
    this.playing = setInterval(beat, BEAT_MS);
    this.update();
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    if (this.steps.length) this.update();
  }

  /** Keep the stream in the address, where the page is the explorer's own. */
  remember() {
    this.copied = false;
    this.written = toHash(this.scenario, this.list);
    if (this.hasAttribute("share")) history.replaceState(history.state, "", this.written);
  }

  /** The address at which somebody else sees this stream. */
  get link() {
    const page = this.hasAttribute("share") ? new URL(location.href) : new URL("../../explorer.html", HERE);
    page.hash = toHash(this.scenario, this.list);
    return page.href;
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.link);
      this.copied = true;
      this.say("The link is copied.");
    } catch {
      this.say("This browser does not let a page copy: the address of this page is the link.");
    }
    this.update();
  }

  say(text) {
    this.told = text;
    this.update();
  }

  /** Where the picture's places are, in pixels. */
  get at() {
    return scale(this.domain, this.width);
  }

  update() {
    if (!this.shadowRoot || !this.scenario) return;
    const { scenario, stream, steps, now, focused, width, at } = this;
    const on = { key: this.mover.key, press: this.mover.press, focus: this.mover.focus };
    render(
      html`<link rel="stylesheet" href=${new URL("explorer.css", HERE).href} />
        <section class="explorer" aria-label="Stream explorer">
          ${this.wrong ? html`<p class="wrong" role="alert">${this.wrong}</p>` : nothing}
          ${chooser(this)}
          <div class="stage">
            <div class="left">
              ${transport(this)} ${summary(steps, now)}
              <div class="drawing">${picture({ scenario, stream, steps, now, at, moving: this.mover.moving, focused, width }, on)}</div>
            </div>
            ${settings(this)}
            <div class="edit">
              ${editor(this)}
              <p class="how" id="how-to-move">
                Drag an order: right and left is when it was placed, up and down when it arrives. With the keyboard: arrow keys go from
                order to order, <kbd>Enter</kbd> picks one up, arrow keys move it (<kbd>Shift</kbd>: 5 s), <kbd>P</kbd> changes its
                partition, <kbd>Enter</kbd> puts it down, <kbd>Esc</kbd> puts it back.
              </p>
            </div>
            <div class="right">${log(this)} ${results(steps, now)}</div>
          </div>
          <p class="live" role="status" aria-live="polite">${this.told}</p>
        </section>`,
      this.shadowRoot,
    );
  }
}

customElements.define("stream-explorer", StreamExplorer);
