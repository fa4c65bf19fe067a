// Owns the page: which program is chosen, in which language, and how its parts are tied together.

import "./style.css";
import { Editor } from "./panels/editor.ts";
import { ProgramList } from "./panels/list.ts";
import { Output, placesIn } from "./panels/output.ts";
import { type Listed, programs } from "./programs.ts";
import { Runner } from "./runner.ts";
import { Timeline } from "./timeline/timeline.ts";

type Language = "typescript" | "guest";

/** An element of index.html. */
function part<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`could not find #${id} because index.html has no such element`);
  return found as T;
}

const runButton = part<HTMLButtonElement>("run");
const stopButton = part<HTMLButtonElement>("stop");
const resetButton = part<HTMLButtonElement>("reset");
const status = part("status");
const languages: Record<Language, HTMLInputElement> = {
  typescript: part("typescript"),
  guest: part("guest"),
};

let chosen = programs[0]!;
/** Guests as they were edited. */
const edited = new Map<Listed, string>();

const language = (): Language => (languages.guest.checked ? "guest" : "typescript");

const editor = new Editor(
  { area: part("source"), colours: part("colours"), numbers: part("numbers") },
  (source) => {
    edited.set(chosen, source);
    resetButton.hidden = source === chosen.guest;
  },
);
const output = new Output(part("output"), ({ line, column }) => editor.goTo(line, column));
const timeline = new Timeline(
  { scroller: part("lanes"), labels: part("labels"), canvas: part("canvas"), readout: part("readout") },
  ({ id }) => runner.kill(id),
);
const runner = new Runner({
  status(text, state) {
    status.textContent = text;
    status.dataset["state"] = state;
    stopButton.disabled = state !== "busy" && state !== "running";
  },
  stage(message) {
    if (message.type === "began") timeline.begin(message.atMs);
    else if (message.type === "schedule") timeline.add(message.events, message.tree, message.missed);
    else if (message.type === "printed") output.print(message.level, message.text);
  },
  refused(text) {
    output.refuse(text);
    editor.mark(placesIn(text).map(({ line }) => line));
  },
  over: () => timeline.end(),
});
const list = new ProgramList(part("programs"), programs, (program) => {
  location.hash = `${program.name}/${language()}`;
});

function show(): void {
  list.show(chosen);
  part("title").textContent = chosen.title;
  const isGuest = language() === "guest";
  const source = isGuest ? (edited.get(chosen) ?? chosen.guest) : chosen.typescript;
  editor.show(source, !isGuest);
  part("hint").textContent = isGuest ? "Edit and run" : "Read only; the AssemblyScript can be edited";
  resetButton.hidden = !isGuest || source === chosen.guest;
}

function run(): void {
  output.clear();
  editor.mark([]);
  void runner.start(
    language() === "guest"
      ? { language: "guest", text: editor.source }
      : { language: "typescript", path: chosen.path },
  );
}

/** The address says what is shown, so that a reload and a link show the same. */
function follow(): void {
  const [name, wanted] = location.hash.slice(1).split("/");
  chosen = programs.find((program) => program.name === name) ?? programs[0]!;
  languages[wanted === "guest" ? "guest" : "typescript"].checked = true;
  show();
}

for (const input of Object.values(languages)) {
  input.addEventListener("change", () => {
    location.hash = `${chosen.name}/${language()}`;
  });
}
runButton.addEventListener("click", run);
stopButton.addEventListener("click", () => runner.stop());
resetButton.addEventListener("click", () => {
  edited.delete(chosen);
  show();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  run();
});
addEventListener("hashchange", follow);
follow();
