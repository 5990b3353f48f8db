/** What a step says in words. Times are the engine's: milliseconds since 1970, shown as a clock in UTC. */

/** "12:00:43", with milliseconds only where there are some. */
export function clock(ms) {
  const text = new Date(ms).toISOString().slice(11, 23);
  return text.endsWith(".000") ? text.slice(0, 8) : text;
}

/** A window as [begin, end): "12:00:00–12:00:30". */
export const range = ({ start, end }) => `${clock(start)}–${clock(end)}`;

const list = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
const partitionsOf = (numbers) => `partition${numbers.length > 1 ? "s" : ""} ${list(numbers.map(String))}`;

/** Who acts in a step: "ada on partition 1, placed 12:00:58". */
export function head({ cause, event, went }) {
  if (cause === "start") return "the job starts";
  if (cause === "idle") return `${partitionsOf(went)} ${went.length > 1 ? "are" : "is"} idle`;
  return `${event.key} on partition ${event.partition}, placed ${clock(event.time)}`;
}

/** What came of a step, as phrases of kind "late", "watermark", "fires" or "again". */
export function outcomes(step) {
  const found = [];
  if (step.dropped) {
    found.push({ kind: "late", text: `dropped as late: ${list(step.missed.map(range))} ${step.missed.length > 1 ? "are" : "is"} closed` });
  } else if (step.missed.length) {
    found.push({ kind: "late", text: `late for ${list(step.missed.map(range))}, counts in ${list(step.counted.map(range))}` });
  }
  const rows = fired(step);
  found.push(...rows.filter((row) => row.again).map(said));
  found.push({ kind: "watermark", text: moved(step) });
  found.push(...rows.filter((row) => !row.again).map(said));
  return found;
}

const said = ({ window, again, counts }) => ({
  kind: again ? "again" : "fires",
  text: `window ${range(window)} fires${again ? " again" : ""}: ${counts.join(", ")}`,
});

/** The windows that fire in a step, each once with what it says of each customer: "ada 2". */
export function fired({ fired: rows }) {
  const windows = new Map();
  for (const row of rows) {
    const id = `${row.start} ${row.end} ${row.again}`;
    if (!windows.has(id)) windows.set(id, { window: row, again: row.again, counts: [] });
    windows.get(id).counts.push(`${row.key} ${row.ids.length}`);
  }
  return [...windows.values()];
}

function moved({ cause, before, watermark, partitions }) {
  if (watermark === null) {
    const silent = partitions.flatMap((p, nth) => (p.watermark === null && !p.idle ? [nth] : []));
    if (cause === "start") return "no watermark yet";
    if (!silent.length) return "no watermark yet";
    return `no watermark yet: ${partitionsOf(silent)} ${silent.length > 1 ? "have" : "has"} sent nothing`;
  }
  if (watermark !== before) return `watermark ${clock(watermark)}`;
  const awake = partitions.flatMap((p, nth) => (p.idle ? [] : [nth]));
  const slowest = awake.filter((nth) => partitions[nth].watermark === null || partitions[nth].watermark <= watermark);
  if (!awake.length) return `watermark stays at ${clock(watermark)}: every partition is idle`;
  const held = partitions.length > 1 && slowest.length && slowest.length < awake.length;
  return `watermark stays at ${clock(watermark)}${held ? `, held back by ${partitionsOf(slowest)}` : ""}`;
}

/** A step as one line: "12:01:03 ada on partition 1, placed 12:01:03: watermark 12:00:58; window 12:00:00–12:01:00 fires: ada 2". */
export function line(step) {
  const phrases = outcomes(step).map(({ text }) => text);
  return `${clock(step.clock)} ${head(step)}: ${phrases.join("; ")}`;
}
