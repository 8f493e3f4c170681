import { accessible, accounts, expect, experts, fillDetails, fitsWidth, settle, signIn, signUp, test } from "../support.mjs";

test.describe.configure({ mode: "serial" });

async function book(page, expert, day, { flexible = false } = {}) {
  const option = flexible ? "&flexible=on" : "";
  await signUp(page, { next: `/fr/book/${expert.id}/details?days=${day}&mode=remote&country=NL${option}` });
  await fillDetails(page);
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  await settle(page, "pay");
  await page.getByRole("link", { name: "Voir la réservation" }).click();
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+$/);
  return new URL(page.url()).pathname;
}

async function accept(browser, booking) {
  const context = await browser.newContext();
  const desk = await context.newPage();
  await signIn(desk, accounts.expert);
  await desk.goto(booking);
  await desk.getByRole("button", { name: "Accepter la commande" }).click();
  await expect(desk.locator("main")).toContainText("La mission est confirmée");
  return desk;
}

/** The demonstration's own expert, and days that are free. */
async function someone(request) {
  const [expert] = await experts(request, "product=revit&level=3&near=2792413&within=25&sort=distance");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  return { expert, days: free_days };
}

test("S6: a flexible booking is cancelled in time, the refund shown first", async ({ page, request, browser }) => {
  const { expert, days } = await someone(request);
  const booking = await book(page, expert, days.at(30), { flexible: true });
  const desk = await accept(browser, booking);
  await page.goto(booking);
  await page.getByRole("link", { name: "Annuler la réservation…" }).click();
  await expect(page.locator("main")).toContainText("annulée à temps");
  await accessible(page);
  await fitsWidth(page);
  const refund = await page.locator("#cut-meaning .quote-total .quote-amount").textContent();
  await page.getByRole("button", { name: /Annuler et récupérer/ }).click();
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+\?done=cut/);
  await expect(page.locator("main")).toContainText(/CN-\d{4}-\d{6}/);
  await expect(page.locator("main")).toContainText(refund.trim());
  await accessible(page);
  await desk.context().close();
});

test("S6: a change of days is paid, asked and made", async ({ page, request, browser }) => {
  const { expert, days } = await someone(request);
  const booking = await book(page, expert, days.at(33), { flexible: true });
  const desk = await accept(browser, booking);
  await page.goto(`${booking}/change`);
  await accessible(page);
  await page.goto(`${booking}/change?show=1&days=${days.at(33)},${days.at(34)}&mode=remote`);
  await expect(page.locator("#change-meaning")).toContainText("Différence à payer");
  await page.getByRole("button", { name: /Modifier et payer/ }).click();
  await settle(page, "pay");
  await desk.goto(booking);
  await expect(desk.locator("#change")).toContainText("Sans réponse");
  await accessible(desk);
  await desk.getByRole("button", { name: "Accepter la modification" }).click();
  await expect(desk).toHaveURL(/done=changed/);
  await page.goto(booking);
  await expect(page.locator("main")).toContainText(/CN-\d{4}-\d{6}/);
  // What was paid at first, and the difference.
  await expect(page.locator("main")).toContainText(/(iDEAL[^i]+payé[^i]*){2}/);
  await desk.context().close();
});

test("S6: the expert cancels, and everything goes back", async ({ page, request, browser }) => {
  const { expert, days } = await someone(request);
  const booking = await book(page, expert, days.at(36));
  const desk = await accept(browser, booking);
  await desk.goto(`${booking}/cancel`);
  await accessible(desk);
  await desk.getByRole("button", { name: "Annuler toute la mission" }).click();
  await expect(desk).toHaveURL(/done=cut/);
  await page.goto(booking);
  await expect(page.locator("main")).toContainText("Rien n’est gardé");
  await desk.context().close();
});
