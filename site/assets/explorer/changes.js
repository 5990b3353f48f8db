/** What a reader may change in a scenario: each gives the changed copy, which may be one that is not possible (see `problem`). */
import { CUSTOMERS, MOST } from "./scenario.js";

/** With another setting or number of partitions. Sizes become whole multiples of the slide where they must be. */
export function withSetting(scenario, name, value) {
  const next = structuredClone(scenario);
  const s = next.settings;
  if (name === "partitions") {
    next.partitions = value;
    for (const event of next.events) event.partition = Math.min(event.partition, value - 1);
  } else s[name] = value;
  if (["hopping", "cumulating"].includes(s.kind)) s.size = Math.max(1, Math.round(s.size / s.slide)) * s.slide;
  if (s.kind === "cumulating") s.lateness = 0;
  return next;
}

/** With an event that is another in these respects. */
export function withEvent(scenario, id, changes) {
  const next = structuredClone(scenario);
  Object.assign(next.events.find((e) => e.id === id), changes);
  return next;
}

/** With one event more, which comes after all others. It is the last of the list. */
export function withOneMore(scenario) {
  const next = structuredClone(scenario);
  const last = Math.min(MOST.time, Math.max(...next.events.map((e) => e.arrives)) + 4);
  const id = `e${Math.max(...next.events.map((e) => Number(e.id.slice(1)))) + 1}`;
  next.events.push({ id, key: CUSTOMERS[0], partition: 0, time: Math.max(0, last - 1), arrives: last });
  return next;
}

export function without(scenario, id) {
  return { ...structuredClone(scenario), events: structuredClone(scenario.events.filter((e) => e.id !== id)) };
}
