import { accept, accessible, accounts, book, demoExpert, expect, experts, fillDetails, settle, signIn, signUp, test } from "../support.mjs";

test.describe.configure({ mode: "serial" });

async function forward(request, hours) {
  const answer = await request.post("/dev/clock", { form: { hours: String(hours) } });
  expect(answer.ok()).toBeTruthy();
}

/** Reloads until the jobs have run: they wake by themselves, a moment after the clock moved. */
async function becomes(page, text) {
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main")).toContainText(text, { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

test("S35: no answer within 24 hours counts as declined, with a full refund", async ({ page, request }) => {
  const [expert] = await experts(request, "product=maya&mode=remote&sort=soonest");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  await book(page, expert, free_days.at(40), { method: "creditcard" });
  await forward(request, 25);
  await becomes(page, "n’a pas répondu à temps");
  await accessible(page);
});

test("S9: licences are handed out from their first day on, and taken back", async ({ page, request, browser }) => {
  const [expert] = await experts(request, "mode=remote&sort=soonest");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  const first = free_days[0];
  await signUp(page, { next: `/fr/rentals/order?first=${first}&last=${first}&revit=1` });
  await fillDetails(page);
  await page.locator("main [name=country]").selectOption("NL");
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await page.getByRole("button", { name: /Commander et payer/ }).click();
  await settle(page, "pay");
  await expect(page).toHaveURL(/\/rentals\/order\/[0-9a-f-]{36}/);
  await becomes(page, "Payée");
  const order = new URL(page.url()).pathname;

  const other = await browser.newContext();
  const manager = await other.newPage();
  const handOut = manager.getByRole("button", { name: "Noter la remise" });
  await signIn(manager, accounts.manager);
  await manager.goto(order);
  await expect(manager.locator("main")).toContainText("Payée");
  await expect(handOut).toHaveCount(0);
  // A day at a time, over weekends and holidays.
  for (let day = 0; day < 14 && (await handOut.count()) === 0; day += 1) {
    await forward(request, 24);
    await manager.goto(order);
    await expect(manager.locator("main")).toContainText("Payée");
  }
  await handOut.click();
  await expect(manager.locator("main")).toContainText("Remise");
  await manager.getByRole("button", { name: "Noter le retour" }).click();
  await expect(manager.locator("main")).toContainText("Rendue");
  await other.close();
});

test("S25 S30 S31: after the last day the booking completes and the expert is self-billed by the ladder", async ({ page, request, browser }) => {
  const { expert, days } = await demoExpert(request);
  const booking = await book(page, expert, days.at(5));
  const desk = await accept(browser, booking);

  await forward(request, 24 * 60);
  await signIn(desk, accounts.expert);
  await desk.goto(booking);
  await becomes(desk, "La mission est terminée");
  await accessible(desk);
  await desk.getByRole("link", { name: /SB-\d{4}-\d{6}/ }).click();
  await expect(desk.locator("main")).toContainText(/Autofacturation/i);
  await expect(desk.locator("main")).toContainText(/80|82,5|85|87,5/);
  await accessible(desk);
  await desk.context().close();
});
