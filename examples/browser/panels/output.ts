// Owns what a program has printed, and what the compiler says of it.

import type { Level } from "../messages.ts";

/** Lines that are kept: a program may print without end. */
const MOST_LINES = 2000;

/** A place in the program that the compiler names. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Places in the text of errors, as asc writes them: "in program.ts(12,5)". */
export function placesIn(text: string): Place[] {
  return [...text.matchAll(/\bin program\.ts\((\d+),(\d+)\)/g)].map(([, line, column]) => ({
    line: Number(line),
    column: Number(column),
  }));
}

export class Output {
  readonly #list: HTMLElement;
  readonly #onPlace: (place: Place) => void;

  constructor(list: HTMLElement, onPlace: (place: Place) => void) {
    this.#list = list;
    this.#onPlace = onPlace;
  }

  clear(): void {
    this.#list.replaceChildren();
  }

  print(level: Level, text: string): void {
    const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 24;
    const line = document.createElement("div");
    line.className = `line ${level}`;
    line.textContent = text;
    this.#list.append(line);
    while (this.#list.childElementCount > MOST_LINES) this.#list.firstElementChild!.remove();
    if (isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** The errors of the compiler, with a way to each place that they name. */
  refuse(text: string): void {
    const places = placesIn(text);
    const buttons = document.createElement("p");
    buttons.className = "places";
    buttons.append(
      ...places.map((place) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = `Line ${place.line}`;
        button.addEventListener("click", () => this.#onPlace(place));
        return button;
      }),
    );
    this.print("error", text.trimEnd());
    if (places.length > 0) this.#list.append(buttons);
  }
}
