/** Moves events: by pointer and by keyboard, to whole seconds. Escape puts an event back where it was. */
import { MOST, NOON } from "./scenario.js";
import { clock, line } from "./words.js";

const FAR = 5; // seconds of an arrow key with Shift

export class Mover {
  moving = null; // the event's id
  dragging = false; // by the pointer: then the picture keeps its scale

  constructor(explorer) {
    this.explorer = explorer;
  }

  event(id) {
    return this.explorer.scenario.events.find((e) => e.id === id);
  }

  pick(id) {
    this.explorer.pause();
    this.moving = id;
    this.before = structuredClone(this.event(id));
    this.explorer.focused = id;
  }

  /** Let go of the event, and say what comes of where it is now. */
  drop() {
    const event = this.event(this.moving);
    this.moving = null;
    this.explorer.play();
    this.explorer.remember();
    const step = this.explorer.steps.find((s) => s.event?.id === event.id);
    this.explorer.say(`${event.key} is put down. ${line(step)}.`);
  }

  putBack() {
    this.explorer.setEvent(this.moving, this.before);
    this.moving = null;
    this.explorer.play();
    this.explorer.say("Put back where it was.");
  }

  to(changes) {
    const within = (seconds) => Math.min(MOST.time, Math.max(0, seconds));
    const { time, arrives } = { ...this.event(this.moving), ...changes };
    this.explorer.setEvent(this.moving, { ...changes, time: within(time), arrives: within(arrives) });
  }

  // ---- pointer

  press = (down) => {
    if (down.button) return;
    const mark = down.currentTarget;
    down.preventDefault();
    this.pick(mark.dataset.id);
    this.dragging = true;
    mark.focus({ preventScroll: true });
    mark.setPointerCapture(down.pointerId);
    const { across, down: perSecond } = this.explorer.at;
    const { time, arrives } = this.before;
    const last = this.explorer.domain;
    const move = (moved) => {
      const place = (began, pixels, pace, most) => {
        const steps = Math.round(pixels / pace);
        return steps ? Math.min(most, Math.max(0, Math.round(began + steps))) : began;
      };
      const to = {
        time: place(time, moved.clientX - down.clientX, across, last.time),
        arrives: place(arrives, moved.clientY - down.clientY, perSecond, last.clock),
      };
      const now = this.event(this.moving);
      if (to.time !== now.time || to.arrives !== now.arrives) this.to(to);
    };
    const done = (ended) => {
      mark.removeEventListener("pointermove", move);
      mark.removeEventListener("pointerup", done);
      mark.removeEventListener("pointercancel", done);
      this.dragging = false;
      if (this.moving) ended.type === "pointerup" ? this.drop() : this.putBack();
    };
    mark.addEventListener("pointermove", move);
    mark.addEventListener("pointerup", done);
    mark.addEventListener("pointercancel", done);
    this.explorer.update();
  };

  focus = ({ currentTarget }) => {
    if (this.explorer.focused === currentTarget.dataset.id) return;
    this.explorer.focused = currentTarget.dataset.id;
    this.explorer.update();
  };

  // ---- keyboard

  key = (pressed) => {
    const mark = pressed.target.closest("[data-id]");
    if (!mark || pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
    const { moving } = this;
    const did = moving ? this.keyMoves(pressed) : this.keyGoes(pressed, mark.dataset.id);
    if (did) pressed.preventDefault();
    const letter = pressed.key.length === 1; // the site has keys of its own: P turns to the page before
    if (did || moving || letter) pressed.stopPropagation();
  };

  keyGoes({ key }, id) {
    const order = [...this.explorer.stream.events].sort((a, b) => a.arrives - b.arrives).map((e) => e.id);
    const nth = order.indexOf(id);
    const to = { ArrowRight: nth + 1, ArrowDown: nth + 1, ArrowLeft: nth - 1, ArrowUp: nth - 1, Home: 0, End: order.length - 1 }[key];
    if (to !== undefined) this.goTo(order[Math.min(order.length - 1, Math.max(0, to))]);
    else if (key === "Enter" || key === " ") {
      this.pick(id);
      this.explorer.say(`${this.event(id).key} is picked up: arrow keys move it, Enter puts it down, Escape puts it back.`);
    } else if (key === "Delete") {
      this.explorer.remove(id);
      this.goTo(this.explorer.focused);
    } else return false;
    return true;
  }

  keyMoves({ key, shiftKey }) {
    const far = shiftKey ? FAR : 1;
    const { time, arrives, partition } = this.event(this.moving);
    const to = {
      ArrowRight: { time: time + far },
      ArrowLeft: { time: time - far },
      ArrowDown: { arrives: arrives + far },
      ArrowUp: { arrives: arrives - far },
      p: { partition: (partition + 1) % this.explorer.scenario.partitions },
    }[key.length === 1 ? key.toLowerCase() : key];
    if (to) {
      this.to(to);
      this.explorer.say(this.where());
    } else if (key === "Enter" || key === " ") this.drop();
    else if (key === "Escape" || key === "Tab") {
      this.putBack();
      return key === "Escape";
    } else return false;
    return true;
  }

  where() {
    const { key, partition, time, arrives } = this.event(this.moving);
    return `${key}, partition ${partition}, placed ${clock(NOON + time * 1000)}, arrives ${clock(NOON + arrives * 1000)}`;
  }

  goTo(id) {
    this.explorer.focused = id;
    this.explorer.update();
    this.explorer.shadowRoot.querySelector(`[data-id="${id}"]`).focus();
  }
}
