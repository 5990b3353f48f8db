/**
 * The rules of event time: what Flink does with a stream of events, step by step. No DOM, no clock, no chance.
 *
 * All times are milliseconds since 1970. The rules are Flink's, at a parallelism of one, with a watermark after each event
 * (`'scan.watermark.emit.strategy' = 'on-event'`):
 *
 * - A partition's watermark is its newest event minus the delay, as in Flink SQL. (DataStream's forBoundedOutOfOrderness is 1 ms less.)
 * - The operator's watermark is the lowest of the partitions that are not idle, and never goes back.
 * - A partition that has sent nothing for the idle timeout is idle until its next event.
 * - An event is judged by the watermark that was there before it.
 * - A window fires when the watermark reaches its end - 1 ms, and again for each event that it gets after that, for as long as the
 *   watermark is below its end - 1 ms + allowed lateness. Then it is gone, and an event of it is late. One that no window takes is dropped.
 *
 * tests/site/explorer/ compares them with what real Flink jobs did.
 *
 * @typedef {{id: string, key: string, partition: number, time: number, arrives: number}} Event
 * @typedef {{kind: "tumbling"|"hopping"|"session"|"cumulating", size: number, slide: number, gap: number, delay: number,
 *            idle: number, lateness: number}} Settings  `slide` is also the step of cumulating windows; `idle` is 0 for none
 * @typedef {{key: string, start: number, end: number, ids: string[], fired: number, gone: boolean}} Window
 *          `fired` counts how often; `gone` when its state is
 * @typedef {{key: string, start: number, end: number, ids: string[], again: boolean}} Row  what a window hands on when it fires
 * @typedef {{cause: "start"|"event"|"idle", clock: number, event?: Event, partitions: {watermark: number|null, idle: boolean}[],
 *            went: number[], before: number|null, watermark: number|null, counted: Window[], missed: Window[], dropped: boolean,
 *            fired: Row[], windows: Window[]}} Step
 *          `went` are the partitions that became idle, `counted` the windows that took the event, `missed` those that were gone
 */

/** The windows to which an event of this time belongs, earliest end first. A session is the event's own, before it merges. */
export function windowsOf(time, { kind, size, slide, gap }) {
  const floor = (step) => time - (((time % step) + step) % step);
  const windows = [];
  if (kind === "tumbling") windows.push([floor(size), floor(size) + size]);
  if (kind === "session") windows.push([time, time + gap]);
  if (kind === "hopping") for (let start = floor(slide); start > time - size; start -= slide) windows.unshift([start, start + size]);
  if (kind === "cumulating") {
    const start = floor(size);
    for (let end = floor(slide) + slide; end <= start + size; end += slide) windows.push([start, end]);
  }
  return windows.map(([start, end]) => ({ start, end }));
}

/**
 * Everything that happens, in order: the start, then one step for each event and for each moment at which partitions become idle.
 * @param {{events: Event[], partitions: number, settings: Settings, start: number}} stream  `start`: when the job starts, by its clock
 * @returns {Step[]}
 */
export function play({ events, partitions, settings, start }) {
  const job = new Job(partitions, settings, start);
  const arriving = [...events].sort((a, b) => a.arrives - b.arrives); // stable: of one moment, in the order given
  for (const event of arriving) {
    job.timePasses(event.arrives);
    job.take(event);
  }
  job.timePasses(Infinity);
  return job.steps;
}

class Job {
  constructor(partitions, settings, start) {
    this.settings = settings;
    this.partitions = Array.from({ length: partitions }, () => ({ watermark: null, idle: false, active: start }));
    this.watermark = null;
    this.windows = [];
    this.steps = [];
    this.note("start", start, {});
  }

  /** Up to `clock`, partitions become idle: those of one moment together. An event that comes in the same moment is in time. */
  timePasses(clock) {
    if (!this.settings.idle) return;
    for (;;) {
      const awake = this.partitions.filter((p) => !p.idle);
      const next = Math.min(...awake.map((p) => p.active + this.settings.idle));
      if (!awake.length || next >= clock) return;
      const quiet = awake.filter((p) => p.active + this.settings.idle === next);
      for (const p of quiet) p.idle = true;
      const before = this.watermark;
      this.note("idle", next, { went: quiet.map((p) => this.partitions.indexOf(p)), before, fired: this.advance() });
    }
  }

  /** An event arrives: first windows take it, then it moves the watermark. */
  take(event) {
    const before = this.watermark;
    const { counted, missed, fired } = this.add(event);
    const partition = this.partitions[event.partition];
    partition.active = event.arrives;
    partition.idle = false;
    partition.watermark = Math.max(partition.watermark ?? -Infinity, event.time - this.settings.delay);
    fired.push(...this.advance());
    const dropped = missed.length > 0 && counted.length === 0;
    this.note("event", event.arrives, { event, before, counted, missed, dropped, fired });
  }

  /** Put an event into its windows. One that the watermark has passed already, and that is not gone, fires at once. */
  add(event) {
    const done = { counted: [], missed: [], fired: [] };
    for (const found of windowsOf(event.time, this.settings)) {
      const own = { key: event.key, ...found, ids: [], fired: 0, pending: true, gone: false };
      const window = this.settings.kind === "session" ? this.merged(own) : (this.kept(own) ?? own);
      if (this.passed(window.end - 1 + this.settings.lateness)) {
        done.missed.push(own);
        continue;
      }
      if (window === own) this.windows.push(own);
      window.ids.push(event.id);
      done.counted.push(window);
      if (this.passed(window.end - 1)) done.fired.push(this.fire(window));
    }
    return done;
  }

  kept({ key, start, end }) {
    return this.windows.find((w) => !w.gone && w.key === key && w.start === start && w.end === end);
  }

  /** The session that an event's own one makes together with those that it touches; its own where it touches none. */
  merged(own) {
    const touching = this.windows.filter((w) => !w.gone && w.key === own.key && w.start <= own.end && w.end >= own.start);
    if (!touching.length) return own;
    const start = Math.min(own.start, ...touching.map((w) => w.start));
    const end = Math.max(own.end, ...touching.map((w) => w.end));
    const same = touching.find((w) => w.start === start && w.end === end);
    const whole = same ?? { ...own, start, end, ids: [], fired: 0 };
    whole.ids = touching.flatMap((w) => w.ids);
    this.windows = this.windows.filter((w) => w === whole || !touching.includes(w));
    if (!same) this.windows.push(whole);
    return whole;
  }

  passed(time) {
    return this.watermark !== null && this.watermark >= time;
  }

  fire(window) {
    const row = { key: window.key, start: window.start, end: window.end, ids: [...window.ids], again: window.fired > 0 };
    window.fired += 1;
    window.pending = false;
    return row;
  }

  /** Move the operator's watermark to the lowest of the partitions that are not idle; the rows of the windows that fire. */
  advance() {
    const awake = this.partitions.filter((p) => !p.idle);
    const lowest = Math.min(...awake.map((p) => p.watermark ?? -Infinity));
    if (!awake.length || lowest === -Infinity || (this.watermark !== null && lowest <= this.watermark)) return [];
    this.watermark = lowest;
    const due = this.windows.filter((w) => w.pending && this.passed(w.end - 1));
    due.sort((a, b) => a.end - b.end || a.start - b.start || (a.key < b.key ? -1 : 1));
    const rows = due.map((w) => this.fire(w));
    for (const w of this.windows) if (this.passed(w.end - 1 + this.settings.lateness)) w.gone = true;
    return rows;
  }

  note(cause, clock, found) {
    const partitions = this.partitions.map(({ watermark, idle }) => ({ watermark, idle }));
    const windows = this.windows.map((w) => ({ ...w, ids: [...w.ids] }));
    const nothing = { went: [], before: null, counted: [], missed: [], dropped: false, fired: [] };
    const copies = found.counted ? { counted: found.counted.map((w) => ({ ...w, ids: [...w.ids] })) } : {};
    this.steps.push({ cause, clock, partitions, watermark: this.watermark, windows, ...nothing, ...found, ...copies });
  }
}
