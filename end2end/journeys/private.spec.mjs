// On a server of its own, whose operator takes private clients (playwright.config.mjs).
import { accept, accessible, expect, experts, fitsWidth, payAndOpen, signUp, test, visit } from "../support.mjs";

test("S6 S17 S31: a private person sees the price with VAT, books, pays, and withdraws within 14 days: all of it comes back", async ({ page, request, browser }) => {
  await visit(page, "/fr/terms");
  await expect(page.locator("main")).toContainText("droit de rétractation");

  const [expert] = await experts(request, "product=revit&level=3&near=2792413&within=25&sort=distance");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  await visit(page, `/fr/book/${expert.id}?mode=remote`);
  await page.locator("#buyer-private").check();
  await expect(page.locator("#section-vat")).toContainText("14 jours pour vous rétracter");
  for (const day of free_days.slice(0, 2)) await page.locator(`input[name=day][value="${day}"]`).check({ force: true });
  // Two days at 800, with 21 % VAT.
  const panel = page.locator(".quote-panel");
  await expect(panel.locator(".quote-total .quote-amount")).toHaveText(/1.936,00/);
  await expect(panel).toContainText(/336,00/);
  await expect(page).toHaveURL(/buyer=private/);
  await accessible(page);
  await page.getByRole("button", { name: "Continuer" }).click();
  await expect(page).toHaveURL(/\/details\?/);
  const here = new URL(page.url());
  await signUp(page, { next: here.pathname + here.search });
  await expect(page).toHaveURL(/\/details\?.*buyer=private/);

  // In their own name: nothing of a business is asked for.
  await expect(page.locator("main [name=street]")).toBeVisible();
  await expect(page.locator("main [name=organisation]")).toHaveCount(0);
  await expect(page.locator("main [name=order_number]")).toHaveCount(0);
  await expect(page.locator(".quote-panel .quote-total .quote-amount")).toHaveText(/1.936,00/);
  await page.locator("main [name=contact_name]").fill("Dominique Essai");
  await page.locator("main [name=phone]").fill("+32 4 000 00 00");
  await page.locator("main [name=street]").fill("Rue de l’Exemple 1");
  await page.locator("main [name=postal_code]").fill("4000");
  await page.locator("main [name=city]").fill("Liège");
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  // Work within the fourteen days is asked for expressly, or not at all: the list of errors names what is missing.
  await page.locator("main form button[type=submit]").last().click();
  const missing = page.locator(".form-errors a");
  await expect(missing).toHaveCount(1);
  await expect(missing).toContainText("Je demande que le travail commence aux jours choisis");
  await accessible(page);
  await page.locator("input[name=early]").check();
  await page.locator("main form button[type=submit]").last().click();
  const booking = await payAndOpen(page);
  await (await accept(browser, booking)).context().close();

  // The invoice is in their own name.
  await page.goto(booking);
  await page.getByRole("link", { name: /INV-\d{4}-\d{6}/ }).click();
  await expect(page).toHaveURL(/\/documents\//);
  const text = async () => (await page.locator("main").innerText()).replace(/\s/g, " ");
  expect(await text()).toContain("Dominique Essai");
  expect(await text()).toContain("1 936,00");

  // Not flexible, and accepted: a business would keep paying its days.
  await page.goto(booking);
  await page.getByRole("link", { name: "Annuler la réservation…" }).click();
  await expect(page.locator("main")).toContainText("Vous vous rétractez dans les 14 jours");
  await expect(page.locator("#cut-meaning .quote-total .quote-amount")).toHaveText(/1.936,00/);
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByRole("button", { name: /Annuler et récupérer 1.936,00/ }).click();
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+\?done=cut/);
  await accessible(page);

  // The credit note is the invoice, and the money is on its way.
  await page.getByRole("link", { name: /CN-\d{4}-\d{6}/ }).click();
  await expect(page).toHaveURL(/\/documents\//);
  expect(await text()).toContain("1 936,00");
  expect(await text()).toContain("Dominique Essai");
  await accessible(page);
  await expect(async () => {
    await page.goto(booking);
    await expect(page.locator("main")).toContainText("chez le prestataire de paiement", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  expect(await text()).toMatch(/remboursé|Remboursements/);
});
