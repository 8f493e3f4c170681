// What the journeys share: pages that fail on any console error, hydration, accessibility, the mailbox, the clock.
import { AxeBuilder } from "@axe-core/playwright";
import { createHash } from "node:crypto";
import { test as base, expect } from "@playwright/test";

export const PASSWORD = "gabarit-demo";
export const accounts = {
  client: "client@gabarit.example",
  expert: "expert@gabarit.example",
  manager: "manager@gabarit.example",
};

/** `page` that fails its test on a console error or warning of ours, an uncaught exception, or a request to elsewhere. */
export const test = base.extend({
  // Each journey comes from an address of its own: limits an address has are not shared with the others.
  extraHTTPHeaders: async ({}, use, info) => {
    const bytes = createHash("sha256").update(`${info.project.name} ${info.titlePath.join(" ")}`).digest();
    await use({ "x-forwarded-for": `10.${bytes[0]}.${bytes[1]}.${bytes[2]}` });
  },
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
    // Without script nothing uses what is on its way for it; with it, this only says that the machine had much else to do:
    // that a page is taken over is asserted where it is opened.
    const unused = /was preloaded using link preload but not used within a few seconds/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !refusal && !unused) faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const host = new URL(request.url()).hostname;
    if (host && host !== "127.0.0.1") faults.push(`outside request: ${request.url()}`);
  });
}

/** A file to send along: a whole PDF, unless it is said to be something else. */
export function attachment(
  name,
  content = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n",
) {
  return { name, mimeType: "application/pdf", buffer: Buffer.from(content) };
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

/** The link that the newest mail to an address has: what a pattern finds in it. Mail is read at /dev/mail. */
export async function mailed(page, email, pattern) {
  const find = async () => {
    const mailbox = await page.request.get("/dev/mail");
    const rows = [...(await mailbox.text()).matchAll(/<td>([^<]*)<\/td><td><a href="(\/dev\/mail\/[0-9a-f-]{36})"/g)];
    for (const [, to, url] of rows) {
      if (to !== email) continue;
      const text = await (await page.request.get(url)).text();
      const link = text.match(pattern);
      if (link) return link[0];
    }
    return null;
  };
  await expect.poll(find, { timeout: 20_000 }).not.toBeNull();
  return find();
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
  await expect(page).toHaveURL(/:34\d1\/checkout\//);
  await page.locator(`button[name=outcome][value=${outcome}]`).click();
}

/** The amounts of a quote, a document or a booking as it stands on the page, in order, as text. */
export async function amounts(locator) {
  const texts = await locator.allInnerTexts();
  return texts.map((text) => text.replace(/\s/g, " ").trim()).filter(Boolean);
}

/** The demonstration's own expert (`accounts.expert`), and days that are free. */
export async function demoExpert(request) {
  const [expert] = await experts(request, "product=revit&level=3&near=2792413&within=25&sort=distance");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  return { expert, days: free_days };
}

/** Pays on the sandbox's page and opens the booking; answers its path. */
export async function payAndOpen(page) {
  await settle(page, "pay");
  await page.getByRole("link", { name: "Voir la réservation" }).click();
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+$/);
  return new URL(page.url()).pathname;
}

/** A fresh client books a day of remote work and pays; answers the booking's path. */
export async function book(page, expert, day, { method = "ideal", query = "&country=NL" } = {}) {
  await signUp(page, { next: `/fr/book/${expert.id}/details?days=${day}&mode=remote${query}` });
  await fillDetails(page);
  await page.locator(`input[name=method][value=${method}]`).check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  return payAndOpen(page);
}

/** The demonstration's expert accepts a booking; answers their page, in a context of its own. */
export async function accept(browser, booking) {
  const context = await browser.newContext();
  const desk = await context.newPage();
  await signIn(desk, accounts.expert);
  await desk.goto(booking);
  await desk.getByRole("button", { name: "Accepter la commande" }).click();
  await expect(desk.locator("main")).toContainText("La mission est confirmée");
  return desk;
}
