/** What stands beside the picture: sums, the log in words, the rows that came out, and fields for one order. */
import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { CUSTOMERS, NOON } from "./scenario.js";
import { clock, head, outcomes, range } from "./words.js";

const CORRECTED = html` <span class="again" role="img" aria-label="corrected" title="corrected">↻</span>`;

/** The state at a step in a few numbers. */
export function summary(steps, now) {
  const past = steps.slice(0, now + 1);
  const rows = past.flatMap((step) => step.fired);
  const tile = (name, value, kind = "") => html`<div class=${`tile ${kind}`}><dt>${name}</dt><dd>${value}</dd></div>`;
  const dropped = past.filter((step) => step.dropped).length;
  return html`<dl class="summary">
    ${tile("watermark", steps[now].watermark === null ? "none yet" : clock(steps[now].watermark), "wide")}
    ${tile("counted", past.filter((step) => step.counted.length).length)} ${tile("rows", rows.filter((row) => !row.again).length)}
    ${tile("corrections", rows.filter((row) => row.again).length)} ${tile("dropped", dropped, dropped ? "bad" : "")}
  </dl>`;
}

/** Each step in words, up to now; the newest first. */
export function log(explorer) {
  const { steps, now } = explorer;
  const past = steps.slice(0, now + 1).reverse();
  return html`<section class="log" aria-labelledby="log-title">
    <h3 id="log-title">What happened</h3>
    <ol reversed tabindex="0" aria-label="Steps, the newest first">
      ${past.map((step, back) => html`<li class=${back ? "" : "newest"}>
        <time>${clock(step.clock)}</time>
        <div><span class="head">${head(step)}:</span>
          ${outcomes(step).map(({ kind, text }, n, all) => html`<span class=${kind}>${text}${n < all.length - 1 ? "; " : ""}</span>`)}</div>
      </li>`)}
    </ol>
  </section>`;
}

/** The rows that the windows have handed on, in order, and how they differ from those of the same window before. */
export function results(steps, now) {
  const rows = steps.slice(0, now + 1).flatMap((step) => step.fired.map((row) => ({ ...row, when: step.clock })));
  const same = (a, b) => a.key === b.key && a.start === b.start && a.end === b.end;
  const stands = (row, nth) => !rows.slice(nth + 1).some((later) => same(row, later));
  return html`<section class="results" aria-labelledby="results-title">
    <h3 id="results-title">Rows that came out</h3>
    ${rows.length ? html`<div class="scroll" tabindex="0" role="region" aria-labelledby="results-title"><table>
      <thead><tr><th scope="col">at</th><th scope="col">window</th><th scope="col">customer</th><th scope="col">orders</th></tr></thead>
      <tbody>${rows.map((row, nth) => html`<tr class=${stands(row, nth) ? "" : "replaced"}>
        <td>${clock(row.when)}</td><td>${range(row)}</td><td>${row.key}</td>
        <td>${row.ids.length}${row.again ? CORRECTED : nothing}</td>
      </tr>`)}</tbody>
    </table></div>` : html`<p class="none">None yet.</p>`}
  </section>`;
}

/** Fields for the order that has the focus, for whoever would rather type than drag. */
export function editor(explorer) {
  const event = explorer.scenario.events.find((e) => e.id === explorer.focused);
  const set = (changes) => explorer.setEvent(event.id, changes);
  const time = (name, label) => html`<label>${label}
    <input type="text" inputmode="numeric" autocomplete="off" name=${name} .value=${live(clock(NOON + event[name] * 1000))}
      @change=${(e) => set({ [name]: seconds(e.target.value) })} /></label>`;
  return html`<div class="editor" role="group" aria-label="The chosen order">
    <label>customer <select name="customer" .value=${live(event.key)} @change=${(e) => set({ key: e.target.value })}>
      ${CUSTOMERS.map((key) => html`<option ?selected=${key === event.key}>${key}</option>`)}
    </select></label>
    <label>partition <select name="partition" .value=${live(String(event.partition))}
        @change=${(e) => set({ partition: Number(e.target.value) })}>
      ${Array.from({ length: explorer.scenario.partitions }, (_, p) => html`<option ?selected=${p === event.partition}>${p}</option>`)}
    </select></label>
    ${time("time", "placed")} ${time("arrives", "arrives")}
    <button type="button" @click=${() => explorer.add()}>Add an order</button>
    <button type="button" @click=${() => explorer.remove(event.id)}>Remove it</button>
  </div>`;
}

/** Seconds after 12:00:00 of a text such as "12:00:43" or "12:00:43.250"; NaN of any other. */
function seconds(text) {
  const [, hours, minutes, rest] = text.trim().match(/^(\d\d?):(\d\d):(\d\d(?:\.\d{1,3})?)$/) ?? [];
  return Math.round(((hours - 12) * 3600 + minutes * 60 + Number(rest)) * 1000) / 1000;
}
