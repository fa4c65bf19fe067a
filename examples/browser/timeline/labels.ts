// Owns the column beside the lanes: each greenlet's name, below its spawner, what it does, and a button that
// kills it.

import type { Lane, Schedule } from "./model.ts";

interface Row {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly state: HTMLElement;
  readonly kill: HTMLButtonElement;
}

export class Labels {
  readonly #list: HTMLElement;
  readonly #onKill: (lane: Lane) => void;
  readonly #rows = new Map<number, Row>();
  #shown: readonly Lane[] = [];
  readonly #more = document.createElement("li");

  constructor(list: HTMLElement, onKill: (lane: Lane) => void) {
    this.#list = list;
    this.#onKill = onKill;
  }

  clear(): void {
    this.#rows.clear();
    this.#shown = [];
    this.#list.replaceChildren();
  }

  /** @param isLive - Whether there is anybody to kill. */
  show({ lanes, hiddenCount }: Schedule, isLive: boolean): void {
    const rows = lanes.map((lane) => this.#row(lane));
    if (lanes !== this.#shown) {
      this.#list.replaceChildren(...rows.map((row) => row.element));
      if (hiddenCount > 0) this.#list.append(this.#more);
      this.#more.textContent = `and ${hiddenCount.toLocaleString("en")} more`;
      const ids = new Set(lanes.map((lane) => lane.id));
      for (const id of this.#rows.keys()) if (!ids.has(id)) this.#rows.delete(id);
    }
    this.#shown = lanes;
    lanes.forEach((lane, i) => {
      update(rows[i]!, lane, isLive);
    });
  }

  #row(lane: Lane): Row {
    const known = this.#rows.get(lane.id);
    if (known !== undefined) return known;
    const element = document.createElement("li");
    const [name, state] = [document.createElement("span"), document.createElement("span")];
    name.className = "name";
    state.className = "state";
    const kill = document.createElement("button");
    kill.type = "button";
    kill.className = "kill";
    kill.textContent = "Kill";
    kill.addEventListener("click", () => this.#onKill(lane));
    element.append(name, state, kill);
    const row = { element, name, state, kill };
    this.#rows.set(lane.id, row);
    return row;
  }
}

function update({ element, name, state, kill }: Row, lane: Lane, isLive: boolean): void {
  const text = lane.kind === "main" ? "" : lane.state === "parked" ? lane.waitsFor : lane.state;
  element.style.setProperty("--depth", String(lane.depth));
  element.dataset["kind"] = lane.kind;
  element.dataset["state"] = lane.state;
  if (name.textContent !== lane.name) {
    name.textContent = lane.name;
    name.title = `${lane.name}, ${lane.kind}`;
    kill.setAttribute("aria-label", `Kill ${lane.name}`);
  }
  if (state.textContent !== text) state.textContent = text;
  kill.hidden = !isLive || lane.kind === "main" || lane.state === "ended";
}
