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
  // By day, week and month, all of it in view on a telephone.
  await expect(page.getByRole("row", { name: /Licence Revit/ })).toHaveText(/25,00.*100,00.*300,00/s);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  expect(await page.locator(".rental-tariffs .table-frame").evaluate((frame) => frame.scrollWidth - frame.clientWidth)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByRole("link", { name: "Louer sans expert" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Louer une licence ou un poste de travail" })).toBeVisible();
  await accessible(page);
  const [first, last] = [await day(request, 20), await day(request, 28)];
  await signUp(page, { next: `/fr/rentals/order?first=${first}&last=${last}&revit=2` });
  await expect(page).toHaveURL(/rentals\/order/);
  // Nine days: a week (€100) and two days (€50), twice, and 21 %.
  await expect(page.locator(".title-block")).toContainText(/363,00/);
  await page.getByLabel("Licences Revit").fill("1");
  await expect(page.locator(".title-block")).toContainText(/181,50/);
  // On a telephone the price stays at the bottom edge, whatever is being chosen.
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.getByLabel("Licences Revit").scrollIntoViewIfNeeded();
  await expect(page.locator(".quote-bar-amount")).toBeInViewport();
  await expect(page.locator(".quote-bar-amount")).toHaveText(/181,50/);
  await accessible(page);
  await page.locator(".quote-bar").getByRole("link", { name: "Continuer" }).click();
  await expect(page.getByRole("heading", { name: "Vos coordonnées" })).toBeInViewport();
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
  // It stands among the client's bookings, beside the way to every document.
  await visit(page, "/fr/bookings");
  await accessible(page);
  await page.getByRole("link", { name: "Toutes les factures et notes de crédit" }).click();
  await expect(page.locator("main")).toContainText(/INV-\d{4}-\d{6}/);
  await visit(page, "/fr/bookings");
  await page.locator("#rentals").getByRole("link", { name: /Revit/ }).click();
  await expect(page).toHaveURL(order);

  const context = await browser.newContext();
  const manager = await context.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/rentals");
  await accessible(manager);
  await manager.goto(order);
  // Not before its first day: the journey of the clock goes on from there.
  await expect(manager.locator("main")).toContainText("Payée");
  await expect(manager.getByRole("button", { name: "Noter la remise" })).toHaveCount(0);
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
  await expect(page.locator("main")).toContainText("débitée à la remise");
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  // It asks once more, with the amount.
  await page.getByText("Annuler la location", { exact: true }).click();
  await page.getByRole("button", { name: /^Annuler définitivement la location de / }).click();
  await expect(page.locator("main")).toContainText("Annulée");
  await expect(page.getByRole("link", { name: /INV-/ })).toHaveCount(0);
});

test("S7 S9: a workstation alone is sent: its address is asked for, kept, and shown to managers", async ({ page, browser, request }) => {
  const [first, last] = [await day(request, 30), await day(request, 39)];
  await signUp(page, { next: `/fr/rentals/order?first=${first}&last=${last}&workstation=1` });
  await expect(page).toHaveURL(/rentals\/order/);
  // Ten days: a week (€180) and three days (€135), and 21 %.
  await expect(page.locator(".title-block")).toContainText(/381,15/);
  await fillDetails(page);
  await page.locator("main [name=country]").selectOption("NL");
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  for (const name of ["delivery_name", "delivery_phone", "delivery_street", "delivery_postal_code", "delivery_city"]) {
    await page.locator(`main [name=${name}]`).fill("");
  }
  await page.getByRole("button", { name: /Commander et payer/ }).click();
  await expect(page.locator("main [name=delivery_street]")).toHaveAttribute("aria-invalid", "true");
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.locator("main [name=delivery_name]").fill("Chantier Exemple");
  await page.locator("main [name=delivery_phone]").fill("+31 30 000 00 01");
  await page.locator("main [name=delivery_street]").fill("Bouwplaats 3");
  await page.locator("main [name=delivery_postal_code]").fill("3512 ZZ");
  await page.locator("main [name=delivery_city]").fill("Utrecht");
  await page.locator("main [name=delivery_country]").selectOption("NL");
  await page.getByRole("button", { name: /Commander et payer/ }).click();
  await settle(page, "pay");
  await expect(page).toHaveURL(/\/rentals\/order\/[0-9a-f-]{36}/);
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main")).toContainText("Payée", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.locator("main")).toContainText("Bouwplaats 3");
  await accessible(page);

  const context = await browser.newContext();
  const manager = await context.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/rentals");
  await expect(manager.locator("main")).toContainText("Chantier Exemple");
  await accessible(manager);
  await context.close();
});

test("S7 S8: what nothing is left of is said at its option, and the booking goes without it", async ({ page, browser, request }) => {
  const [expert] = (await (await request.get("/api/v1/experts?mode=remote&sort=soonest")).json()).experts;
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  const wanted = free_days[5];
  const context = await browser.newContext();
  const manager = await context.newPage();
  await signIn(manager, accounts.manager);
  const stock = async (units) => {
    await visit(manager, "/fr/manage/rentals");
    await manager.getByLabel("En stock : Plant 3D", { exact: true }).fill(units);
    await manager.getByRole("button", { name: /Plant 3D/ }).click();
    await expect(manager).toHaveURL(/notice=saved/);
  };
  await stock("0");
  await visit(page, `/fr/book/${expert.id}?days=${wanted}&mode=remote&licences=plant-3d`);
  await expect(page.locator("#licence-plant-3d-left")).toContainText("Plus rien de libre");
  await expect(page.locator("#licences-errors")).toContainText("Plus aucune licence Plant 3D");
  await accessible(page);
  await page.locator("input[name=licence][value=plant-3d]").uncheck();
  await expect(page.locator("#licences-errors")).not.toContainText("Plant 3D");
  await stock("5");
  await context.close();
});
