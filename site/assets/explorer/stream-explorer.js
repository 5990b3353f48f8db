/**
 * <stream-explorer scenario="late">What a reader sees who has no script.</stream-explorer>
 *
 * `scenario` names one of scenarios.json. With `share`, the address of the page holds the stream (its hash), and a stream that is given
 * there is shown. Without it, the element stands within a text, and is short: what repeats the picture in words is folded. Keeps what the reader has chosen, and lets the engine say what comes of it.
 */
import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import { play } from "./engine.js";
import { withEvent, withOneMore, withSetting, without } from "./changes.js";
import { fromHash, fromList, problem, toHash, toStream } from "./scenario.js";
import { chooser, settings, transport } from "./controls.js";
import { domainOf, picture, scale } from "./picture.js";
import { editor, log, results, summary } from "./panels.js";
import { Mover } from "./moving.js";
import { line } from "./words.js";

const HERE = new URL(".", import.meta.url);
const BEAT_MS = 1100; // of one step while it plays
const HOW = html`<p class="how" id="how-to-move">
  Drag an order: right and left is when it was placed, up and down when it arrives. With the keyboard: arrow keys go from order to order,
  <kbd>Enter</kbd> picks one up, arrow keys move it (<kbd>Shift</kbd>: 5 s), <kbd>P</kbd> changes its partition, <kbd>Enter</kbd> puts it
  down, <kbd>Esc</kbd> puts it back.
</p>`;
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

  set(name, value) {
    this.change(withSetting(this.scenario, name, value));
  }

  setEvent(id, changes) {
    this.change(withEvent(this.scenario, id, changes));
  }

  add() {
    const next = withOneMore(this.scenario);
    if (!this.change(next)) return;
    this.focused = next.events.at(-1).id;
    this.say(`An order of ${next.events.at(-1).key} was added at the end.`);
  }

  remove(id) {
    if (this.change(without(this.scenario, id))) this.say("The order was removed.");
  }

  /** Take a changed scenario if it is right; else say what is not, and leave all as it was. Whether it was taken. */
  change(next) {
    const wrong = problem(next);
    if (wrong) {
      this.say(`Not possible: ${wrong}.`);
      return false;
    }
    this.wrong = "";
    const atEnd = this.now === this.steps.length - 1;
    this.scenario = next;
    if (!next.events.some((e) => e.id === this.focused)) this.focused = next.events[0].id;
    this.play(atEnd ? Infinity : this.now);
    if (!this.mover.moving) this.remember();
    return true;
  }

  /** Stand at a step, and say what happens in it. */
  go(now) {
    this.now = Math.max(0, Math.min(now, this.steps.length - 1));
    this.say(line(this.steps[this.now]));
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
    const page = this.hasAttribute("share") ? new URL(location.href) : new URL("../../explorer/", HERE);
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
            ${this.hasAttribute("share")
              ? html`<div class="edit">${editor(this)} ${HOW}</div>
                  <div class="right">${log(this)} ${results(steps, now)}</div>`
              : html`<div class="edit">${HOW}
                  <details><summary>In words: an order's fields, what happened, the rows that came out</summary>
                    <div class="right">${editor(this)} ${log(this)} ${results(steps, now)}</div>
                  </details></div>`}
          </div>
          <p class="live" role="status" aria-live="polite">${this.told}</p>
        </section>`,
      this.shadowRoot,
    );
  }
}

customElements.define("stream-explorer", StreamExplorer);
