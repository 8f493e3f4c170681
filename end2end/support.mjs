// What the journeys share: pages that fail on any console error, hydration, accessibility, the mailbox, the clock.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";

export const PASSWORD = "gabarit-demo";
export const accounts = {
  client: "client@gabarit.example",
  expert: "expert@gabarit.example",
  manager: "manager@gabarit.example",
};

/** `page` that fails its test on a console error or warning of ours, an uncaught exception, or a request to elsewhere. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const faults = [];
    watch(page, faults);
    await use(page);
    expect(faults, "no console error, no exception, no outside request").toEqual([]);
  },
});
export { expect };

export function watch(page, faults) {
  page.on("console", (message) => {
    // A refused form answers 4xx, which the browser reports as an error of its own: that is the journey's to judge.
    const refusal = /Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refusal) faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const host = new URL(request.url()).hostname;
    if (host && host !== "127.0.0.1") faults.push(`outside request: ${request.url()}`);
  });
}

/** Waits until WASM has taken the page over; without script, there is nothing to wait for. */
export async function hydrated(page) {
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
}

export async function visit(page, url, { script = true } = {}) {
  const response = await page.goto(url);
  if (script) await hydrated(page);
  return response;
}

/** axe, WCAG 2.2 AA and best practices: nothing found. */
export async function accessible(page, what = page.url()) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`);
  expect(found, `axe on ${what}`).toEqual([]);
}

/** Nothing sticks out sideways: a phone never scrolls horizontally. */
export async function fitsWidth(page, what = page.url()) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, `${what} fits its width`).toBeLessThanOrEqual(0);
}
