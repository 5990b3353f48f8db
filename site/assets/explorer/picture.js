/**
 * The stream as a picture: event time from left to right, the clock of arrival from top to bottom. Each event stands where its two times
 * meet; the watermark is a line that moves right as the clock goes down, and below are the windows that it lets fire.
 */
import { html, svg, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { label, lanes } from "./lanes.js";
import { NOON } from "./scenario.js";
import { clock } from "./words.js";

const LEFT = 58, RIGHT = 14, TOP = 34, LANE = 26, GAP = 34;
const RADIUS = 10;

/** How times become places. `domain`: the last event time and the last clock shown, seconds after 12:00:00. */
export function scale(domain, width) {
  const across = (width - LEFT - RIGHT) / domain.time;
  const down = Math.min(6, Math.max(3.4, 440 / domain.clock));
  const x = (ms) => LEFT + ((ms - NOON) / 1000) * across;
  const y = (ms) => TOP + ((ms - NOON) / 1000) * down;
  return { x, y, across, down, width, bottom: TOP + domain.clock * down, left: LEFT, right: width - RIGHT };
}

/** What a scenario and its steps need to be seen whole. */
export function domainOf({ events, settings }, steps) {
  const room = settings.kind === "session" ? settings.gap : 4;
  const tens = (seconds) => Math.ceil(seconds / 10) * 10;
  const last = Math.max(...steps.map((step) => (step.clock - NOON) / 1000));
  return { time: tens(Math.max(20, ...events.map((e) => e.time + room))), clock: Math.max(20, last + 5) };
}

/** The whole drawing at step `now`. `moving`: the id of the event that is being moved, or null. */
export function picture({ scenario, stream, steps, now, at, moving, focused, width }, on) {
  const step = steps[now];
  const rows = lanes(steps, scenario.settings.kind);
  const below = at.bottom + GAP;
  const height = below + Math.max(1, rows.count) * LANE + 8;
  return html`<svg class="picture" width=${width} height=${height} viewBox="0 0 ${width} ${height}">
    <g aria-hidden="true">
      ${grid(at, below, height, scenario, step)} ${watermarks(steps.slice(0, now + 1), at, scenario.partitions)}
      ${playhead(step, at, below, height)} ${windows(rows, step, at, below)} ${flags(steps.slice(0, now + 1), at)}
      ${legend(scenario.partitions, at)}
    </g>
    <g role="listbox" aria-label="Orders" aria-describedby="how-to-move" @keydown=${on.key}>
      ${repeat(stream.events, (e) => e.id, (e) => mark(e, { steps, now, at, moving, focused }, on))}
    </g>
  </svg>`;
}

function grid(at, below, height, { settings }, { clock: current }) {
  const every = [5, 10, 15, 30, 60, 120].find((s) => s * at.across >= 38) ?? 300;
  const seconds = (from, to, by) => Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, n) => NOON + (from + n * by) * 1000);
  const lastTime = Math.round((at.right - at.left) / at.across);
  const lastClock = Math.floor((at.bottom - TOP) / at.down);
  const by = { tumbling: settings.size, hopping: settings.slide, cumulating: settings.slide }[settings.kind];
  const tick = (ms, first) => (first || ms % 60_000 === 0 ? clock(ms).slice(0, 5) : clock(ms).slice(5, 8));
  return svg`
    <text class="axis" x=${at.right} y="12" text-anchor="end">event time →</text>
    <text class="axis" x="4" y="12">arrives ↓</text>
    ${(by ? seconds(0, lastTime, by) : []).map(
      (ms) => svg`<line class="edge" x1=${at.x(ms)} x2=${at.x(ms)} y1=${TOP} y2=${height - 6} />`,
    )}
    ${seconds(0, lastTime, every).map(
      (ms, n) => svg`<text class="tick" x=${at.x(ms)} y=${TOP - 8} text-anchor="middle">${tick(ms, n === 0)}</text>
        <line class="tick" x1=${at.x(ms)} x2=${at.x(ms)} y1=${TOP - 4} y2=${TOP} />`,
    )}
    ${seconds(0, lastClock, 10).map((ms, n) => svg`<line class="row" x1=${at.left} x2=${at.right} y1=${at.y(ms)} y2=${at.y(ms)} />
        ${Math.abs(at.y(ms) - at.y(current)) < 12 ? nothing : svg`<text class="tick" x=${LEFT - 8} y=${at.y(ms) + 4} text-anchor="end"
          >${tick(ms, n === 0)}</text>`}`)}
    <path class="at-once" d="M${at.x(NOON)},${at.y(NOON)} L${diagonal(at, lastTime, lastClock)}" />
    <text class="axis" x="4" y=${below - 8}>windows</text>`;
}

function diagonal(at, lastTime, lastClock) {
  const ms = NOON + Math.min(lastTime, lastClock) * 1000;
  return `${at.x(ms)},${at.y(ms)}`;
}

/** Where a line has been: right at a moment, then down until the next. `value` gives its place in a step, or null. */
function path(steps, at, value) {
  let d = "";
  for (const step of steps) {
    const ms = value(step);
    if (ms === null) continue;
    const x = Math.min(at.right, Math.max(at.left, at.x(ms)));
    d += d ? `V${at.y(step.clock)}H${x}` : `M${x},${at.y(step.clock)}`;
  }
  return d && `${d}V${at.y(steps.at(-1).clock)}`;
}

function watermarks(steps, at, partitions) {
  const line = path(steps, at, (step) => step.watermark);
  const each = partitions > 1 ? Array.from({ length: partitions }, (_, p) => p) : [];
  const idles = steps.flatMap((s) => s.went.map((p) => ({ p, clock: s.clock, ms: s.partitions[p].watermark ?? NOON })));
  return svg`
    ${line ? svg`<path class="done" d="${line}H${at.left}V${line.slice(1).split(/[,V]/)[1]}Z" />` : nothing}
    ${each.map((p) => svg`<path class="of-partition p${p}" d=${path(steps, at, (s) => s.partitions[p].watermark)} />`)}
    ${line ? svg`<path class="watermark" d=${line} />` : nothing}
    ${idles.map(
      ({ p, clock: when, ms }) => svg`<text class="idle p${p}" y=${at.y(when) + 14}
        x=${Math.min(at.right - 60, Math.max(at.left, at.x(ms)) + 4)}
        >p${p} idle</text>`,
    )}`;
}

function playhead(step, at, below, height) {
  const y = at.y(step.clock);
  const x = step.watermark === null ? null : Math.min(at.right, Math.max(at.left, at.x(step.watermark)));
  const leftwards = x !== null && x > at.left + (at.right - at.left) / 2;
  return svg`
    <line class="playhead" x1=${at.left - 4} x2=${at.right} y1=${y} y2=${y} />
    <text class="now" x=${LEFT - 8} y=${y + 4} text-anchor="end">${clock(step.clock)}</text>
    ${x === null ? nothing : svg`
      <line class="reaches" x1=${x} x2=${x} y1=${y} y2=${height - 6} />
      <text class="reaches" x=${x + (leftwards ? -6 : 6)} y=${below - 8} text-anchor=${leftwards ? "end" : "start"}
        >watermark ${clock(step.watermark)}</text>`}`;
}

/** Where the watermark has made windows fire: at their end, when it came. */
function flags(steps, at) {
  const places = new Map();
  for (const step of steps) for (const row of step.fired) places.set(`${row.end} ${step.clock}`, { row, when: step.clock });
  return [...places.values()].map(({ row, when }) => {
    const x = at.x(row.end), y = at.y(when);
    return x > at.right ? nothing : svg`<path class="flag ${row.again ? "again" : ""}" d="M${x},${y + 1}l-5,-9h10z" />`;
  });
}

function windows({ count, place }, step, at, below) {
  if (!count) return nothing;
  return place(step.windows).map(({ window, lane, parts }) => {
    const left = Math.max(at.left, at.x(window.start)), right = Math.min(at.right, at.x(window.end));
    if (right <= left) return nothing;
    const state = parts.every((p) => p.gone) ? "final" : parts.some((p) => p.fired) ? "kept" : "open";
    const y = below + lane * LANE;
    return svg`<g class="window ${state}">
      <rect x=${left + 1} y=${y} width=${Math.max(2, right - left - 2)} height=${LANE - 5} rx="4" />
      <text x=${(left + right) / 2} y=${y + 15} text-anchor="middle">${label(parts, right - left)}</text>
    </g>`;
  });
}

/** A partition's own shape: circle, diamond or square. */
function shape(partition, r) {
  const d = r + 3;
  return [
    svg`<circle class="shape" r=${r} />`,
    svg`<path class="shape" d="M0,${-d}L${d},0L0,${d}L${-d},0Z" />`,
    svg`<rect class="shape" x=${-r} y=${-r} width=${2 * r} height=${2 * r} rx="3" />`,
  ][partition];
}

/** Which shape is which partition, where there are several. */
function legend(partitions, at) {
  const narrow = at.width < 480;
  const room = narrow ? 40 : 84;
  const from = (at.left + at.right - room * partitions) / 2;
  return Array.from({ length: partitions > 1 ? partitions : 0 }, (_, p) => svg`<g class="p${p}" transform="translate(${from + p * room} 8)">
    ${shape(p, 4)}<text class="axis" x="10" y="4">${narrow ? "p" : "partition "}${p}</text></g>`);
}

/** One order: a circle, a diamond or a square, by its partition. */
function mark(event, { steps, now, at, moving, focused }, on) {
  const nth = steps.findIndex((step) => step.event?.id === event.id);
  const step = steps[nth];
  const late = step.missed.length > 0 || step.fired.some((row) => row.again);
  const state = nth > now ? "to-come" : step.dropped ? "dropped" : late ? "late" : "counted";
  const words = { "to-come": "not there yet", dropped: "dropped as late", late: "counted late", counted: "counted" }[state];
  const x = Math.min(at.right, at.x(event.time)), y = at.y(event.arrives);
  const name = `${event.key}, partition ${event.partition}, placed ${clock(event.time)}, arrives ${clock(event.arrives)}: ${words}`;
  const picked = moving === event.id;
  const anchor = x > at.left + (at.right - at.left) / 2 ? "end" : "start";
  const classes = [nth === now ? "newest" : "", picked ? "picked" : "", event.id === focused ? "chosen" : ""].join(" ");
  return svg`<g class="event p${event.partition} ${state} ${classes}" role="option"
      data-id=${event.id} aria-label=${name} aria-selected=${picked ? "true" : "false"} tabindex=${event.id === focused ? 0 : -1}
      transform="translate(${x} ${y})" @pointerdown=${on.press} @focus=${on.focus}>
    <title>${name}</title>
    <circle class="hit" r="17" /><circle class="halo" r="16" />
    ${shape(event.partition, RADIUS)}
    <text class="who" y="4" text-anchor="middle">${event.key[0]}</text>
    ${state === "dropped" ? svg`<circle class="lost" cx="9" cy="-9" r="6" /><path class="cross" d="M6.5,-11.5l5,5m0,-5l-5,5" />` : nothing}
    ${picked ? svg`<text class="places" x=${anchor === "end" ? -20 : 20} y="-12" text-anchor=${anchor}
      >${clock(event.time)}, arrives ${clock(event.arrives)}</text>` : nothing}
  </g>`;
}

