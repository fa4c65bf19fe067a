// Owns the source on the page: a textarea whose own text is not seen, above the same text in colours, beside
// the numbers of its lines.

import { highlight } from "./highlight.ts";

export interface EditorParts {
  readonly area: HTMLTextAreaElement;
  readonly colours: HTMLElement;
  readonly numbers: HTMLElement;
}

export class Editor {
  readonly #parts: EditorParts;
  #wrong: ReadonlySet<number> = new Set();

  constructor(parts: EditorParts, onChange: (source: string) => void) {
    this.#parts = parts;
    const { area, colours, numbers } = parts;
    area.addEventListener("input", () => {
      this.#wrong = new Set();
      this.#render();
      onChange(area.value);
    });
    area.addEventListener("scroll", () => {
      colours.scrollTop = area.scrollTop;
      colours.scrollLeft = area.scrollLeft;
      numbers.scrollTop = area.scrollTop;
    });
  }

  get source(): string {
    return this.#parts.area.value;
  }

  show(source: string, isReadOnly: boolean): void {
    const { area } = this.#parts;
    area.value = source;
    area.readOnly = isReadOnly;
    area.scrollTo(0, 0);
    this.#wrong = new Set();
    this.#render();
  }

  /** Marks the lines that the compiler has refused; 1 is the first. */
  mark(lines: Iterable<number>): void {
    this.#wrong = new Set(lines);
    this.#render();
  }

  /** Puts the caret on a line, and the line in view. */
  goTo(line: number, column: number): void {
    const { area } = this.#parts;
    const before = area.value.split("\n").slice(0, line - 1);
    const place = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
    area.focus();
    area.setSelectionRange(place, place);
    const lineHeight = area.scrollHeight / Math.max(1, area.value.split("\n").length);
    area.scrollTop = Math.max(0, (line - 4) * lineHeight);
  }

  #render(): void {
    const { area, colours, numbers } = this.#parts;
    colours.replaceChildren(...highlight(area.value));
    const count = area.value.split("\n").length;
    numbers.replaceChildren(
      ...Array.from({ length: count }, (_, i) => {
        const number = document.createElement("div");
        number.textContent = String(i + 1);
        number.classList.toggle("wrong", this.#wrong.has(i + 1));
        return number;
      }),
    );
  }
}
