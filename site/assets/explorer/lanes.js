/** In which line of the picture a window is drawn, and what stands in it. */

/**
 * Lines for all windows of all steps, so that none jumps when the next one appears: sessions have one for each customer, others share one
 * where they do not overlap. `place` gives a step's windows with their line and what they hold for each customer.
 */
export function lanes(steps, kind) {
  return kind === "session" ? byCustomer(steps) : byTime(steps);
}

function byCustomer(steps) {
  const keys = [...new Set(steps.flatMap((step) => step.windows.map((w) => w.key)))].sort();
  return {
    count: keys.length,
    place: (windows) => windows.map((window) => ({ window, lane: keys.indexOf(window.key), parts: [window] })),
  };
}

function byTime(steps) {
  const name = ({ start, end }) => `${start} ${end}`;
  const all = new Map(steps.flatMap((step) => step.windows.map((w) => [name(w), w])));
  const inOrder = [...all.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  const ends = [], lane = new Map();
  for (const window of inOrder) {
    const free = ends.findIndex((end) => end <= window.start);
    const line = free < 0 ? ends.length : free;
    ends[line] = window.end;
    lane.set(name(window), line);
  }
  const place = (windows) => {
    const groups = new Map(); // Map.groupBy is younger than the browsers that people have
    for (const window of windows) groups.set(name(window), [...(groups.get(name(window)) ?? []), window]);
    const sorted = (parts) => parts.sort((a, b) => (a.key < b.key ? -1 : 1));
    return [...groups].map(([at, parts]) => ({ window: parts[0], lane: lane.get(at), parts: sorted(parts) }));
  };
  return { count: ends.length, place };
}

/** What stands in a window: "✓ ada 2, bob 1", shorter where there is little room (in pixels). */
export function label(parts, room) {
  const most = Math.max(...parts.map((p) => p.fired));
  const sign = most > 1 ? "↻ " : most ? "✓ " : "";
  const full = sign + parts.map((p) => `${p.key} ${p.ids.length}`).join(", ");
  const short = parts.map((p) => `${p.key[0]}${p.ids.length}`).join(" ");
  const fits = (text) => text.length * 6.3 <= room - 8;
  return [full, sign + short, short, ""].find(fits);
}
