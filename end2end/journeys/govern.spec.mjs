import { accessible, accounts, expect, fitsWidth, signIn, signUp, test, visit } from "../support.mjs";

const narrow = async (page) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });
};

test("S24 S25: a manager drafts a rulebook, sees what it does to examples, and mistakes by their fields", async ({ page }) => {
  await signIn(page, accounts.manager);
  await visit(page, "/en/manage/rules");
  await expect(page.getByRole("heading", { level: 1, name: "Rulebook" })).toBeVisible();
  // Somebody may have begun it already: there is one draft for all.
  const begin = page.getByRole("button", { name: "Prepare a version" });
  if (await begin.isVisible()) await begin.click();
  await expect(page.getByLabel("Holds from")).toBeVisible();
  await accessible(page);
  await narrow(page);

  await page.getByLabel("Level 3 (€ a day)").fill("a lot");
  await page.getByLabel("Flexible supplement (%)").fill("120");
  await page.getByLabel("Why").fill("Prices of the new year");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(page.locator(".field-error")).toHaveCount(2);
  await expect(page.getByLabel("Level 3 (€ a day)")).toHaveValue("a lot");

  await page.getByLabel("Level 3 (€ a day)").fill("900");
  await page.getByLabel("Flexible supplement (%)").fill("15");
  await page.getByRole("button", { name: "Save the draft" }).click();
  const preview = page.getByRole("group", { name: "Effect on examples" });
  // Five days at a hundred euros more, and the 15 % supplement on them.
  await expect(preview).toContainText("+€575.00");
  // Releasing asks once more: there is no way back.
  const release = page.getByRole("button", { name: /^Release for quotes from / });
  await expect(release).toBeHidden();
  await page.getByText("Release this version", { exact: true }).last().click();
  await expect(release).toBeVisible();
  // From the top: nothing of the console's links lies under its head.
  await page.evaluate(() => window.scrollTo(0, 0));
  await accessible(page);
  await page.getByRole("button", { name: "Discard the draft" }).click();
  await expect(page.getByRole("button", { name: "Prepare a version" })).toBeVisible();

  // All of it stands in the log.
  await visit(page, "/en/manage/log?log=rules");
  await expect(page.getByRole("row").filter({ hasText: "discarded" }).first()).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "day_rate_3: 800.00 → 900.00" }).first()).toBeVisible();
  await accessible(page);
  await narrow(page);
});

test("figures are charts with their tables behind them, and files", async ({ page }) => {
  await signIn(page, accounts.manager);
  await visit(page, "/en/manage/figures");
  await expect(page.locator("svg.chart")).toHaveCount(5);
  await expect(page.getByRole("img", { name: /^Bookings/ })).toBeVisible();
  await accessible(page);
  await narrow(page);
  await page.getByText("Table: Bookings").click();
  await expect(page.getByRole("table", { name: "Bookings" })).toBeVisible();
  await page.getByRole("link", { name: "12 months" }).click();
  await expect(page).toHaveURL(/span=12m/);
  const file = await page.request.get("/manage/figures/bookings/csv?span=12m");
  expect(file.headers()["content-type"]).toContain("text/csv");
  expect((await file.text()).trim().split("\n")).toHaveLength(13);
});

test("S23: somebody takes their data along, and erases the account; nobody else gets it", async ({ page, browser }) => {
  const email = await signUp(page);

  await visit(page, "/en/account/data");
  await accessible(page);
  await narrow(page);
  await page.getByRole("button", { name: "Make the archive" }).click();
  const download = page.getByRole("link", { name: /^Download/ });
  // A load of our own would cancel the request: it is answered before the archive is waited for.
  await expect(page.getByText("Being made").or(download)).toBeVisible();
  await expect(async () => {
    await visit(page, "/en/account/data");
    await expect(download).toBeVisible({ timeout: 500 });
  }).toPass();
  const address = await download.getAttribute("href");
  const archive = await page.request.get(address);
  expect(archive.headers()["content-type"]).toBe("application/zip");
  expect((await archive.body()).toString("latin1")).toContain(email);

  const context = await browser.newContext();
  const other = await context.newPage();
  await signIn(other, accounts.manager);
  expect((await other.request.get(address)).status()).toBe(404);
  await context.close();

  await page.getByRole("button", { name: "Erase for good" }).click();
  await expect(page.locator(".field-error")).toHaveCount(1);
  await page.getByLabel("I understand that this cannot be undone.").check();
  await page.getByRole("button", { name: "Erase for good" }).click();
  await expect(page.getByText("Your account is erased. An e-mail confirms it.")).toBeVisible();
  expect((await page.request.get(address)).status()).toBe(401);
});

test("S2: questions are searched, and texts tell their version", async ({ page }) => {
  await visit(page, "/en/faq?q=workstation");
  const before = await page.locator("details.question").count();
  expect(before).toBeGreaterThan(0);
  // Every word counts: of those, one speaks of tariffs.
  await page.getByLabel("Search the questions").fill("workstation tariffs");
  await expect(page.locator("details.question")).toHaveCount(1);
  await page.getByLabel("Search the questions").fill("zzzz");
  await expect(page.getByText("No question holds these words.")).toBeVisible();
  await accessible(page);
  await visit(page, "/en/terms");
  await expect(page.getByText(/^Version \d+ of /).first()).toBeVisible();
  await visit(page, "/en/terms?version=1");
  await accessible(page);
});

test("S11 S35: managers find a booking by its reference and its state, without script, too", async ({ page, browser }) => {
  await signIn(page, accounts.manager);
  await visit(page, "/en/manage/bookings");
  await accessible(page);
  const rows = page.locator("tbody tr");
  const reference = await rows.nth(1).getByRole("link").textContent();
  await page.getByRole("searchbox").fill(reference.toLowerCase());
  await page.locator("form[role=search] button").click();
  await expect(page).toHaveURL(/[?&]q=/);
  await expect(rows).toHaveCount(1);
  await expect(rows.getByRole("link")).toHaveText(reference);
  await page.setViewportSize({ width: 360, height: 800 });
  await fitsWidth(page);
  await rows.getByRole("link").click();
  await expect(page).toHaveURL(/\/en\/bookings\/[0-9a-f-]+$/);

  const plain = await browser.newPage({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  await plain.goto("/nl/manage/bookings");
  await plain.locator("#bookings-state").selectOption("completed");
  await plain.locator("form[role=search] button").click();
  await expect(plain).toHaveURL(/state=completed/);
  await expect(plain.locator("tbody tr").first()).toContainText(/./);
  await plain.locator("input[name=q]").fill("nobody at all");
  await plain.locator("form[role=search] button").click();
  await expect(plain.locator("tbody tr")).toHaveCount(0);
  await expect(plain.locator("input[name=q]")).toHaveValue("nobody at all");
  await plain.close();
});
