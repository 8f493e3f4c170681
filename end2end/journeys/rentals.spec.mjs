import { accessible, accounts, expect, fillDetails, fitsWidth, settle, signIn, signUp, test, visit } from "../support.mjs";

/** A day so many days from the demonstration's today. */
async function day(request, ahead) {
  const [expert] = (await (await request.get("/api/v1/experts?sort=soonest")).json()).experts;
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  const first = new Date(`${free_days[0]}T12:00:00Z`);
  first.setUTCDate(first.getUTCDate() + ahead);
  return first.toISOString().slice(0, 10);
}

test("S9: licences alone: the cheapest price at once, paid, and not handed out before its first day", async ({ page, browser, request }) => {
  await visit(page, "/fr/rentals");
  await page.getByRole("link", { name: "Louer sans expert" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Louer une licence" })).toBeVisible();
  await accessible(page);
  const [first, last] = [await day(request, 20), await day(request, 28)];
  await signUp(page, { next: `/fr/rentals/order?first=${first}&last=${last}&revit=2` });
  await expect(page).toHaveURL(/rentals\/order/);
  // Nine days: a week (€100) and two days (€50), twice, and 21 %.
  await expect(page.locator(".title-block")).toContainText(/363,00/);
  await page.getByLabel("Licences Revit").fill("1");
  await expect(page.locator(".title-block")).toContainText(/181,50/);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await fillDetails(page);
  await page.locator("main [name=country]").selectOption("NL");
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await accessible(page);
  await page.getByRole("button", { name: /Commander et payer/ }).click();
  await settle(page, "pay");
  await expect(page).toHaveURL(/\/rentals\/order\/[0-9a-f-]{36}/);
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main")).toContainText("Payée", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await accessible(page);
  const order = new URL(page.url()).pathname;
  await page.getByRole("link", { name: /INV-\d{4}-\d{6}/ }).click();
  await expect(page.locator("main")).toContainText("181,50");

  const context = await browser.newContext();
  const manager = await context.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/rentals");
  await accessible(manager);
  await manager.goto(order);
  // Not before its first day: the journey of the clock goes on from there.
  await expect(manager.locator("main")).toContainText("Payée");
  await expect(manager.getByRole("button", { name: "Remettre les licences" })).toHaveCount(0);
  await context.close();
});

test("S9 S18: licences alone by card: reserved, to be charged later, and given up without a charge", async ({ page, request }) => {
  const [first, last] = [await day(request, 40), await day(request, 41)];
  await signUp(page, { next: `/fr/rentals/order?first=${first}&last=${last}&fusion=1` });
  await expect(page).toHaveURL(/rentals\/order/);
  await expect(page.locator(".title-block")).toContainText(/21,78/);
  await fillDetails(page);
  await page.locator("main [name=country]").selectOption("NL");
  await page.locator("input[name=method][value=creditcard]").check();
  await page.locator("input[name=terms]").check();
  await accessible(page);
  await page.getByRole("button", { name: /Commander et payer/ }).click();
  await settle(page, "pay");
  await expect(page).toHaveURL(/\/rentals\/order\/[0-9a-f-]{36}/);
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main")).toContainText("Réservée sur votre carte", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.locator("main")).toContainText("débitée à la remise des licences");
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.getByRole("button", { name: "Annuler la location" }).click();
  await expect(page.locator("main")).toContainText("Annulée");
  await expect(page.getByRole("link", { name: /INV-/ })).toHaveCount(0);
});
