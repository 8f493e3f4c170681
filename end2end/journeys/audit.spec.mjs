import { accessible, accounts, expect, fitsWidth, signIn, test, visit } from "../support.mjs";

test("a manager has everything checked, and reads that all is well", async ({ page }) => {
  await signIn(page, accounts.manager);
  await visit(page, "/fr/manage/audit");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Contrôle");
  await accessible(page);
  await page.getByRole("button", { name: "Contrôler maintenant" }).click();
  await expect(page.locator("main")).toContainText(/Un contrôle est en cours|Derniers contrôles/);
  // The job takes it up within seconds.
  await expect(async () => {
    await page.goto("/fr/manage/audit");
    await expect(page.getByRole("heading", { name: "Derniers contrôles" })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await expect(page.locator("#verdict")).toBeVisible();
  await accessible(page);
  for (const locale of ["nl", "en"]) {
    await visit(page, `/${locale}/manage/audit`);
    await accessible(page);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
});

test("without script, too, and only for managers", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, accounts.manager);
  await page.goto("/en/manage/audit");
  await page.getByRole("button", { name: "Check now" }).click();
  // Ordered, or one is under way.
  await expect(page.locator("main")).toContainText(/under way|Last checks/);
  await context.clearCookies();
  await signIn(page, accounts.client);
  const refused = await page.goto("/en/manage/audit");
  expect(refused.status()).toBe(403);
  await context.close();
});
