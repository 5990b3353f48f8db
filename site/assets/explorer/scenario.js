/**
 * A stream as the page keeps it: times and settings in seconds (event times and arrivals after 12:00:00, to the millisecond), which can be
 * checked, shared in an address, and handed to the engine.
 *
 * @typedef {{name: string, partitions: number, settings: object, events: {id: string, key: string, partition: number, time: number,
 *            arrives: number}[]}} Scenario
 */

export const NOON = Date.UTC(2019, 5, 3, 12); // the day on which every scenario of the course plays
export const KINDS = ["tumbling", "hopping", "session", "cumulating"];
export const CUSTOMERS = ["ada", "bob", "eve"];
export const DEFAULTS = { kind: "tumbling", size: 30, slide: 10, gap: 10, delay: 5, idle: 0, lateness: 0 };
export const MOST = { partitions: 3, events: 40, time: 600, setting: 600, windows: 60 };
const LEAST = { size: 1, slide: 1, gap: 1, delay: 0, idle: 0, lateness: 0 };

/** A scenario of scenarios.json, whose events are lists. */
export const fromList = ({ events, ...rest }) => ({
  ...structuredClone(rest),
  events: events.map(([key, partition, time, arrives], nth) => ({ id: `e${nth}`, key, partition, time, arrives })),
});

/** The scenario in the engine's units: milliseconds since 1970. */
export function toStream({ partitions, settings, events }) {
  const ms = (seconds) => Math.round(seconds * 1000);
  const inMs = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, name === "kind" ? value : ms(value)]));
  const placed = events.map((e) => ({ ...e, time: NOON + ms(e.time), arrives: NOON + ms(e.arrives) }));
  return { partitions, settings: inMs, events: placed, start: NOON };
}

/** The settings that matter to a kind of windows, in the order in which they are shown. */
export function settingsFor(kind) {
  const own = { tumbling: ["size"], hopping: ["size", "slide"], session: ["gap"], cumulating: ["size", "slide"] }[kind];
  return [...own, "delay", "idle", ...(kind === "cumulating" ? [] : ["lateness"])];
}

/** What is wrong with a scenario, in one sentence; "" when nothing is. */
export function problem({ partitions, settings, events }) {
  if (!KINDS.includes(settings.kind)) return `there is no window kind "${settings.kind}": choose one of ${KINDS.join(", ")}`;
  for (const [name, least] of Object.entries(LEAST)) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < least || value > MOST.setting) {
      return `${name} must be a whole number of seconds from ${least} to ${MOST.setting}`;
    }
  }
  const { kind, size, slide, lateness } = settings;
  if (["hopping", "cumulating"].includes(kind)) {
    if (size % slide) return `the size (${size} s) must be a whole multiple of the slide (${slide} s): Flink SQL refuses others`;
    if (size / slide > MOST.windows) return `an event may belong to ${MOST.windows} windows at most`;
  }
  if (kind === "cumulating" && lateness) return "cumulating windows have no allowed lateness: they are Flink SQL's, which knows none";
  if (!wholeUpTo(partitions, 1, MOST.partitions)) return `partitions must be 1 to ${MOST.partitions}`;
  if (!events.length || events.length > MOST.events) return `a stream has 1 to ${MOST.events} events`;
  return events.map((event, nth) => problemOf(event, nth, partitions)).find(Boolean) ?? "";
}

function problemOf({ key, partition, time, arrives }, nth, partitions) {
  const which = `event ${nth + 1}`;
  if (!CUSTOMERS.includes(key)) return `${which} is of nobody we know: customers are ${CUSTOMERS.join(", ")}`;
  if (!wholeUpTo(partition, 0, partitions - 1)) return `${which} is on a partition that does not exist`;
  for (const [what, seconds] of [["event time", time], ["arrival", arrives]]) {
    const within = Number.isFinite(seconds) && seconds >= 0 && seconds <= MOST.time;
    if (!within) return `the ${what} of ${which} must be within ${MOST.time} s after 12:00:00`;
    if (Math.abs(seconds * 1000 - Math.round(seconds * 1000)) > 1e-6) return `the ${what} of ${which} has more than three decimals`;
  }
  return "";
}

const wholeUpTo = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

/** A scenario as the part of an address behind #; of one that is in the list unchanged, only its name. */
export function toHash(scenario, list) {
  const known = list.find((each) => each.name === scenario.name);
  const written = write(scenario);
  return known && write(known) === written ? `#scenario=${known.name}` : `#${written}`;
}

function write({ partitions, settings, events }) {
  const used = ["kind", ...settingsFor(settings.kind)].map((name) => `${name}=${settings[name]}`);
  const placed = events.map((e) => [e.key, e.partition, e.time, e.arrives].join("-"));
  return [...used, `partitions=${partitions}`, `events=${placed.join("_")}`].join("&");
}

/** The scenario that an address names, or null where it names none. Throws RangeError with one sentence for a bad one. */
export function fromHash(hash, list) {
  const text = hash.replace(/^#/, "");
  if (!text.includes("=")) return null; // nothing, or a heading of the page
  const given = new Map(text.split("&").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
  if (given.has("scenario")) {
    const known = list.find((each) => each.name === given.get("scenario"));
    if (!known) throw new RangeError(`there is no scenario "${given.get("scenario")}"`);
    return structuredClone(known);
  }
  const unknown = [...given.keys()].find((name) => !["kind", "partitions", "events", ...Object.keys(LEAST)].includes(name));
  if (unknown !== undefined) throw new RangeError(`there is no setting "${unknown}"`);
  const settings = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS).filter((each) => given.has(each))) {
    settings[name] = name === "kind" ? given.get(name) : number(given.get(name));
  }
  const events = (given.get("events") ?? "").split("_").filter(Boolean).map((event, nth) => {
    const [key, ...numbers] = event.split("-");
    if (numbers.length !== 3) throw new RangeError(`event ${nth + 1} is not customer-partition-time-arrival: ${event}`);
    const [partition, time, arrives] = numbers.map(number);
    return { id: `e${nth}`, key, partition, time, arrives };
  });
  const scenario = { name: "", partitions: number(given.get("partitions") ?? "1"), settings, events };
  const wrong = problem(scenario);
  if (wrong) throw new RangeError(wrong);
  return scenario;
}

const number = (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN);
