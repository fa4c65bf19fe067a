// Owns the list of programs, by chapters.

import type { Listed } from "../programs.ts";

export class ProgramList {
  readonly #buttons = new Map<Listed, HTMLButtonElement>();

  constructor(nav: HTMLElement, programs: readonly Listed[], onChoose: (program: Listed) => void) {
    let chapter = "";
    let list = document.createElement("ul");
    for (const program of programs) {
      if (program.chapter !== chapter) {
        chapter = program.chapter;
        const heading = document.createElement("h2");
        heading.textContent = chapter;
        list = document.createElement("ul");
        nav.append(heading, list);
      }
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = program.name;
      button.title = program.title;
      button.addEventListener("click", () => onChoose(program));
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
      this.#buttons.set(program, button);
    }
  }

  show(chosen: Listed): void {
    for (const [program, button] of this.#buttons) {
      if (program === chosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }
}
