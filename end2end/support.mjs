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
  page: async ({ page, javaScriptEnabled }, use) => {
    const faults = [];
    watch(page, faults, { script: javaScriptEnabled !== false });
    await use(page);
    expect(faults, "no console error, no exception, no outside request").toEqual([]);
  },
});
export { expect };

export function watch(page, faults, { script = true } = {}) {
  page.on("console", (message) => {
    // A refused form answers 4xx, which the browser reports as an error of its own: that is the journey's to judge.
    const refusal = /Failed to load resource: the server responded with a status of 4\d\d/.test(message.text());
    // Without script nothing uses what is on its way for it.
    const unused = !script && /was preloaded using link preload but not used/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refusal && !unused) faults.push(`console ${message.type()}: ${message.text()}`);
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
  // Soft: one page's finding must not hide the next one's.
  expect.soft(found, `axe on ${what}`).toEqual([]);
}

/** Nothing sticks out sideways: a phone never scrolls horizontally. */
export async function fitsWidth(page, what = page.url()) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(overflow, `${what} fits its width`).toBeLessThanOrEqual(0);
}

export async function signIn(page, email, password = PASSWORD) {
  await page.goto("/fr/sign-in");
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.getByLabel("Mot de passe").fill(password);
  await page.locator("main form button[type=submit]").click();
  await expect(page).not.toHaveURL(/sign-in/);
}

/** A fresh account for a journey of its own; answers its address. */
export async function signUp(page, { next = "", script = true } = {}) {
  const email = `essai-${Date.now()}-${Math.floor(Math.random() * 1e9)}@client.example`;
  await visit(page, next ? `/fr/sign-up?next=${encodeURIComponent(next)}` : "/fr/sign-up", { script });
  await page.getByLabel("Nom complet").fill("Camille Essai");
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.getByLabel("Mot de passe").fill("une phrase bien à moi");
  await page.locator("main form button[type=submit]").click();
  await expect(page).not.toHaveURL(/sign-up/);
  return email;
}

/** Experts by the REST API: `query` as in the search's URL. */
export async function experts(request, query) {
  const answer = await request.get(`/api/v1/experts?${query}`);
  expect(answer.ok(), await answer.text()).toBeTruthy();
  return (await answer.json()).experts;
}

/** Fills the client's details; what is already there stays. */
export async function fillDetails(page) {
  // The screen and its code may still be on their way.
  await expect(page.locator("main [name=organisation]")).toBeVisible();
  const fill = async (name, value) => {
    const field = page.locator(`main [name=${name}]`);
    if ((await field.count()) > 0 && (await field.inputValue()) === "") await field.fill(value);
  };
  await fill("organisation", "Bureau d’essai SA");
  await fill("contact_name", "Camille Essai");
  await fill("phone", "+32 4 000 00 00");
  await fill("street", "Rue de l’Exemple 1");
  await fill("postal_code", "4000");
  await fill("city", "Liège");
  await fill("invoice_email", "factures@client.example");
  await fill("order_number", "PO-2026-17");
  await fill("work_address", "Rue du Chantier 5");
}

/** On the sandbox's page: pay, fail, cancel, expire or pending. */
export async function settle(page, outcome) {
  await expect(page).toHaveURL(/:3461\/checkout\//);
  await page.locator(`button[name=outcome][value=${outcome}]`).click();
}

/** The amounts of a quote, a document or a booking as it stands on the page, in order, as text. */
export async function amounts(locator) {
  const texts = await locator.allInnerTexts();
  return texts.map((text) => text.replace(/\s/g, " ").trim()).filter(Boolean);
}
