// Owns examples/browser as a test sees it: built, served, open in Chromium, and what one does with it.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const configFile = fileURLToPath(new URL("../../examples/browser/vite.config.js", import.meta.url));
const pictures = fileURLToPath(new URL("../tmp/", import.meta.url));
/** Bounds of what is waited for, in ms: a hang is a failure and not a wait without end. */
const HANG_MS = 40_000;

/** Null where it can be driven, or what is missing. */
export async function whatIsMissing() {
  try {
    const { findBrowser } = await import("../../tools/browsers/launch.js");
    return findBrowser("chromium") === null ? "Chromium is not installed" : null;
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    return "tools/browsers is not installed; run npm ci --prefix tools/browsers";
  }
}

/** Opens the production build. */
export async function openPage() {
  const { launchBrowser } = await import("../../tools/browsers/launch.js");
  await build({ configFile, logLevel: "error" });
  const server = await preview({ configFile, logLevel: "error", preview: { port: 0, host: "127.0.0.1" } });
  try {
    const browser = await launchBrowser("chromium", { defaultViewport: { width: 1280, height: 860 } });
    const page = await browser.newPage();
    return new OpenPage(server, browser, page, server.resolvedUrls.local[0]);
  } catch (error) {
    await server.close();
    throw error;
  }
}

class OpenPage {
  /** What went wrong in the page and its workers. */
  errors = [];

  constructor(server, browser, page, url) {
    Object.assign(this, { server, browser, page, url });
    page.setDefaultTimeout(HANG_MS);
    page.on("pageerror", (error) => this.errors.push(`${error.stack ?? error}`));
    page.on("requestfailed", (request) => this.errors.push(`not loaded: ${request.url()}`));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warn") this.errors.push(message.text());
    });
  }

  async close() {
    await this.browser.close();
    await this.server.close();
  }

  /** @param {"typescript" | "guest"} language */
  async choose(name, language) {
    await this.page.goto(`${this.url}#${name}/${language}`);
    await this.page.waitForSelector(`nav button[aria-current]::-p-text(${name})`);
  }

  async run() {
    await this.page.click("#run");
  }

  status() {
    return this.page.$eval("#status", (element) => element.textContent);
  }

  /** Waits until the status is one of these, and gives it. */
  async untilStatus(...wanted) {
    await this.page.waitForFunction(
      (texts) => texts.includes(document.querySelector("#status").textContent),
      {},
      wanted,
    );
    return this.status();
  }

  /** Runs what is chosen to its end, and gives what it has printed, but for errors: a command's output. */
  async runToEnd() {
    await this.run();
    // The click has begun a run: what the status says from here on is of that one.
    await this.untilStatus("Ended", "Failed", "Not compiled");
    return this.output(".log");
  }

  output(kind = "") {
    return this.page.$$eval(`#output .line${kind}`, (lines) =>
      lines.map((line) => `${line.textContent}\n`).join(""),
    );
  }

  async untilPrinted(text) {
    await this.page.waitForFunction(
      (wanted) => document.querySelector("#output").textContent.includes(wanted),
      {},
      text,
    );
  }

  /** Names, states and indentation of the lanes; whether each can be killed. */
  lanes() {
    return this.page.$$eval("#labels li[data-kind]", (rows) =>
      rows.map((row) => ({
        name: row.querySelector(".name").textContent,
        kind: row.dataset.kind,
        state: row.dataset.state,
        depth: Number(row.style.getPropertyValue("--depth")),
        canKill: !row.querySelector(".kill").hidden,
      })),
    );
  }

  killButton(name) {
    return this.page.waitForSelector(`button[aria-label="Kill ${name}"]`, { visible: true });
  }

  /** Waits until a lane has a state. */
  async untilLane(name, state) {
    await this.page.waitForFunction(
      (wanted, inState) =>
        [...document.querySelectorAll("#labels li[data-kind]")].some(
          (row) => row.querySelector(".name").textContent === wanted && row.dataset.state === inState,
        ),
      {},
      name,
      state,
    );
  }

  /** Waits until what has happened is drawn. */
  drawn() {
    return this.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  }

  /** How many of the canvas's pixels have each of the colours that style.css names. */
  colours(...names) {
    return this.page.$eval(
      "#canvas",
      (canvas, wanted) => {
        // A copy: reading the canvas itself changes how the browser keeps it, and it says so.
        const copy = new OffscreenCanvas(canvas.width, canvas.height);
        const context = copy.getContext("2d", { willReadFrequently: true });
        context.drawImage(canvas, 0, 0);
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        const style = getComputedStyle(document.documentElement);
        return wanted.map((name) => {
          const hex = Number.parseInt(style.getPropertyValue(`--${name}`).trim().slice(1), 16);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]) === hex) count++;
          }
          return count;
        });
      },
      names,
    );
  }

  /** Writes over the program, as one who types does. */
  async type(source) {
    await this.page.focus("#source");
    await this.page.keyboard.down("Control");
    await this.page.keyboard.press("a");
    await this.page.keyboard.up("Control");
    await this.page.keyboard.sendCharacter(source);
  }

  /** A picture in tests/tmp, for people. */
  async picture(name) {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: `${pictures}${name}.png` });
  }
}
