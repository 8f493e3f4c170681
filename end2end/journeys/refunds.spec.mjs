import { accessible, accounts, expect, experts, fillDetails, fitsWidth, payAndOpen, signIn, signUp, test } from "../support.mjs";

test("S35: a refund that the bank returns is told to the client, and a manager pays it another way", async ({ page, request, browser }) => {
  const expert = (await experts(request, "mode=remote&level=2&sort=soonest"))[1];
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  await signUp(page, { next: `/fr/book/${expert.id}/details?days=${free_days.at(31)}&mode=remote&country=NL` });
  await fillDetails(page);
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  await expect(page).toHaveURL(/\/checkout\/tr_/);
  const checkout = new URL(page.url());
  const booking = await payAndOpen(page);
  await page.getByText("Annuler la réservation…").click();
  await page.getByRole("button", { name: "Oui, annuler la réservation" }).click();
  await expect(page.locator("main")).toContainText("Remboursements");

  const context = await browser.newContext();
  const sandbox = await context.newPage();
  const payment = `${checkout.origin}/payments/${checkout.pathname.split("/").pop()}?lang=fr`;
  await expect(async () => {
    await sandbox.goto(payment);
    await expect(sandbox.getByRole("button", { name: "Le faire revenir" })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await accessible(sandbox);
  await sandbox.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(sandbox);
  await expect(async () => {
    await page.goto(booking);
    await expect(page.locator("main")).toContainText("chez le prestataire de paiement", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await sandbox.getByRole("button", { name: "Le faire revenir" }).click();
  await expect(sandbox.locator("main")).toContainText("retourné");
  await expect(async () => {
    await page.goto(booking);
    await expect(page.locator("main")).toContainText("retourné par la banque", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await accessible(page);

  const desk = await context.newPage();
  await signIn(desk, accounts.manager);
  await desk.goto("/fr/manage/operations");
  const row = desk.getByRole("row").filter({ has: desk.locator(`a[href$="${booking}"]`) });
  await expect(row).toContainText("remboursement retourné par la banque");
  await row.locator("summary").click();
  await accessible(desk);
  // Nothing typed: the site's own words stand beside the field, and the list of errors leads there.
  await row.locator("details button").click();
  await expect(row.locator(".field-error")).toBeVisible();
  await desk.locator(".form-errors a").click();
  await expect(row.locator("input[name=how]")).toBeFocused();
  await accessible(desk);
  await row.locator("input[name=how]").fill("SEPA 2026-1");
  await row.locator("details button").click();
  await expect(row).toHaveCount(0);
  await expect(async () => {
    await page.goto(booking);
    await expect(page.locator("main")).toContainText("viré sur votre compte", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });

  // What goes wrong next is ordered by hand, and taken back.
  await sandbox.goto(`${checkout.origin}/?lang=fr`);
  await sandbox.getByLabel("Le prochain webhook est dépassé par le suivant").check();
  await sandbox.getByRole("button", { name: "Commander", exact: true }).click();
  await expect(sandbox.getByRole("button", { name: "Tout retirer" })).toBeVisible();
  await accessible(sandbox);
  await sandbox.getByRole("button", { name: "Tout retirer" }).click();
  await expect(sandbox.locator("main")).toContainText("Rien n’est commandé.");
  await context.close();
});
