/** What the reader sets: scenario, windows, delays; and the buttons that play the stream. */
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { KINDS, MOST, settingsFor } from "./scenario.js";

const NAMES = {
  size: "size",
  slide: "slide",
  gap: "gap",
  delay: "watermark delay",
  idle: "idle timeout",
  lateness: "allowed lateness",
};
const USUAL = 60; // where a slider ends, unless a shared stream has more

/** The scenarios by name, what to look at in this one, and how to share it. */
export function chooser(explorer) {
  const { list, scenario } = explorer;
  const known = list.find((each) => each.name === scenario.name);
  return html`<div class="chooser">
    <label>Scenario
      <select @change=${(e) => explorer.choose(e.target.value)} .value=${live(known ? known.name : "")}>
        ${known ? nothing : html`<option value="" disabled selected>a shared stream</option>`}
        ${list.map((each) => html`<option value=${each.name} ?selected=${each === known}>${each.title}</option>`)}
      </select>
    </label>
    ${explorer.hasAttribute("share")
      ? html`<button type="button" class="copy" @click=${() => explorer.copy()}>${explorer.copied ? "Link copied" : "Copy link"}</button>`
      : html`<a class="open" href=${explorer.link}>Open in the explorer</a>`}
    ${known ? html`<p class="text">${known.text}</p>` : nothing}
  </div>`;
}

export function settings(explorer) {
  const { kind } = explorer.scenario.settings;
  return html`<div class="settings">
    <fieldset class="kinds">
      <legend>Windows</legend>
      ${KINDS.map((each) => html`<label class=${each === kind ? "on" : ""}>
        <input type="radio" name="kind" value=${each} .checked=${live(each === kind)} @change=${() => explorer.set("kind", each)} />${each}
      </label>`)}
    </fieldset>
    <div class="sliders">
      ${settingsFor(kind).map((name) => slider(explorer, name))}
      <label class="slider"><span>partitions</span>
        <input type="range" min="1" max=${MOST.partitions} .value=${live(String(explorer.scenario.partitions))}
          @input=${(e) => explorer.set("partitions", Number(e.target.value))} />
        <output>${explorer.scenario.partitions}</output>
      </label>
    </div>
  </div>`;
}

function slider(explorer, name) {
  const { kind, slide, [name]: value } = explorer.scenario.settings;
  const multiple = name === "size" && ["hopping", "cumulating"].includes(kind);
  const least = multiple ? slide : ["delay", "idle", "lateness"].includes(name) ? 0 : 1;
  const said = name === "idle" && !value ? "none" : `${value} s`;
  return html`<label class="slider"><span>${name === "slide" && kind === "cumulating" ? "step" : NAMES[name]}</span>
    <input type="range" name=${name} min=${least} max=${Math.max(USUAL, value)} step=${multiple ? slide : 1} .value=${live(String(value))}
      aria-valuetext=${said} @input=${(e) => explorer.set(name, Number(e.target.value))} />
    <output>${said}</output>
  </label>`;
}

/** Reset, back, play, step, and a slider over all steps. */
export function transport(explorer) {
  const { now, steps, playing } = explorer;
  const last = steps.length - 1;
  const button = (name, sign, action, disabled = false) => html`<button type="button" class=${name.toLowerCase()} aria-label=${name}
    title=${name} aria-disabled=${disabled ? "true" : "false"} @click=${() => disabled || action()}>${sign}</button>`;
  const go = (to) => () => (explorer.pause(), explorer.go(to));
  return html`<div class="transport" role="group" aria-label="Play the stream">
    ${button("Reset", "⏮", go(0), now === 0)} ${button("Back", "◀", go(now - 1), now === 0)}
    ${button(playing ? "Pause" : "Play", playing ? "⏸" : "▶", () => explorer.toggle())}
    ${button("Step", "▶❘", go(now + 1), now === last)}
    <input type="range" class="scrub" aria-label="Step" min="0" max=${last} .value=${live(String(now))}
      aria-valuetext=${`step ${now} of ${last}`} @input=${(e) => go(Number(e.target.value))()} />
    <output class="count">${now} / ${last}</output>
  </div>`;
}
