// A booking is completed only after its days: the clock moves, so this runs alone, after the others (see the config).
import { accept, accessible, accounts, book, demoExpert, expect, fitsWidth, signIn, test, visit } from "../support.mjs";

test.describe.configure({ mode: "serial" });

async function forward(request, hours) {
  const answer = await request.post("/dev/clock", { form: { hours: String(hours) } });
  expect(answer.ok()).toBeTruthy();
}

async function becomes(page, text) {
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main")).toContainText(text, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

test("S21: both sides write unseen; then both read, the profile shows it, the expert answers, a manager decides", async ({ page, request, browser }) => {
  test.setTimeout(180_000);
  const { expert, days } = await demoExpert(request);
  const booking = await book(page, expert, days.at(4));
  const desk = await accept(browser, booking);
  const hours = Math.ceil((new Date(`${days.at(4)}T23:59:59Z`) - new Date(`${days[0]}T00:00:00Z`)) / 3_600_000) + 5 * 24;
  await forward(request, hours);
  await becomes(page, "La mission est terminée");

  await page.getByRole("link", { name: "Donner un avis" }).click();
  await accessible(page);
  await page.getByRole("button", { name: "Envoyer l’avis" }).click();
  await expect(page.locator(".field-error").first()).toBeVisible();
  for (const name of ["knowledge", "communication", "reliability", "value"]) {
    await page.locator(`input[name=${name}][value="5"]`).check();
  }
  const words = `Travail précis ${Date.now()}`;
  await page.getByLabel("Votre avis").fill(words);
  await page.getByRole("button", { name: "Envoyer l’avis" }).click();
  await expect(page.locator("main")).toContainText("Il paraîtra avec l’autre avis");
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);

  await desk.goto(`${booking}/review`);
  await expect(desk.locator("main")).not.toContainText(words);
  await desk.locator('input[name=rating][value="4"]').check();
  await desk.getByLabel("Votre avis").fill("Dossier bien préparé.");
  await desk.getByRole("button", { name: "Envoyer l’avis" }).click();
  await expect(desk.locator("main")).toContainText(words);
  await desk.getByLabel("Votre réponse").fill("Merci beaucoup.");
  await desk.getByRole("button", { name: "Publier la réponse" }).click();
  await expect(desk.locator("main")).toContainText("Réponse de l’expert");
  await desk.getByText("Signaler cet avis").click();
  await desk.getByLabel("Ce qui ne va pas").fill("Un nom de tiers y figure.");
  await desk.getByRole("button", { name: "Envoyer le signalement" }).click();
  await expect(desk.getByText("Signaler cet avis")).toHaveCount(0);

  await visit(page, `/fr/experts/${expert.id}`);
  await expect(page.locator("#reviews").locator("..")).toContainText(words);
  await expect(page.locator("#reviews").locator("..")).toContainText("Merci beaucoup.");
  expect(await page.locator('script[type="application/ld+json"]').innerText()).toContain("AggregateRating");

  const third = await browser.newContext();
  const manager = await third.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/reviews");
  await accessible(manager);
  const section = manager.locator("section").filter({ hasText: words });
  await section.getByLabel("Raison").fill("Le nom est public.");
  await section.getByRole("button", { name: "Laisser en place" }).click();
  await expect(manager.locator("section").filter({ hasText: words })).toHaveCount(0);
  await desk.context().close();
  await third.close();
});
