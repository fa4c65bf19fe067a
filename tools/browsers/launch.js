// Owns finding and starting the browsers that are installed: Chromium and Firefox. It must not know what is
// opened in them.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

/** Names that each browser has as a command, the likeliest first. */
const COMMANDS = {
  chromium: ["chromium", "chromium-browser", "google-chrome"],
  firefox: ["firefox-esr", "firefox"],
};

/**
 * Chromium refuses to run as root with its sandbox, and otherwise looks for updates and speaks to servers
 * of its maker meanwhile.
 */
const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where a browser is; null: it is not installed. @param {"chromium" | "firefox"} name */
export function findBrowser(name) {
  for (const command of COMMANDS[name]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).trim();
    } catch {
      // The next name, or none.
    }
  }
  return null;
}

/**
 * Starts a browser with an empty profile, which is removed when it is closed.
 *
 * @param {"chromium" | "firefox"} name
 * @param {import("puppeteer-core").LaunchOptions} [options]
 * @returns {Promise<import("puppeteer-core").Browser>}
 */
export async function launchBrowser(name, options = {}) {
  const executablePath = findBrowser(name);
  if (executablePath === null) throw new Error(`could not start ${name} because it is not installed`);
  const userDataDir = mkdtempSync(join(tmpdir(), `wevent-${name}-`));
  const remove = () => rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
  try {
    const browser = await puppeteer.launch({
      browser: name === "firefox" ? "firefox" : "chrome",
      executablePath,
      headless: true,
      userDataDir,
      args: name === "chromium" ? CHROMIUM_ARGS : [],
      ...options,
    });
    browser.process()?.once("exit", remove);
    return browser;
  } catch (error) {
    remove();
    throw error;
  }
}
