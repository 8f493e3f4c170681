import { accessible, accounts, expect, fitsWidth, signIn, test, visit } from "../support.mjs";

test("S30 S31: a manager prepares a payout batch, approves it, and downloads the bank's file and the table", async ({ page }) => {
  await signIn(page, accounts.manager);
  await visit(page, "/en/manage/payouts");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Payouts to experts");
  await accessible(page);
  await fitsWidth(page);

  const ready = page.locator('input[name="documents[]"]');
  // The demonstration has an invoice that may be paid.
  await expect(ready.first()).toBeVisible();
  await page.getByRole("button", { name: "Prepare a batch" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Batch PB-");
  await accessible(page);
  await page.getByRole("button", { name: /^Approve/ }).click();
  await expect(page.getByText("approved", { exact: true })).toBeVisible();

  for (const [name, ending, content] of [
    ["File for the bank (pain.001)", ".xml", "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"],
    ["Table (CSV)", ".csv", "Invoice"],
  ]) {
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(new RegExp(`^PB-.*\\${ending}$`));
    let text = "";
    for await (const chunk of await download.createReadStream()) text += chunk;
    expect(text).toContain(content);
  }
});

test("the ledger balances, leads to its entries, and what runs is seen", async ({ page }) => {
  await signIn(page, accounts.manager);
  await visit(page, "/en/manage/ledger");
  await expect(page.getByText("Debits and credits are equal.")).toBeVisible();
  await accessible(page);
  await fitsWidth(page);
  await page.getByRole("link", { name: "Payment provider", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Payment provider");
  await accessible(page);
  await visit(page, "/en/manage/operations");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Operations");
  await accessible(page);
  await fitsWidth(page);
});

test("nobody but managers sees the desk", async ({ page, request }) => {
  await signIn(page, accounts.client);
  const answer = await page.goto("/en/manage/payouts");
  expect(answer.status()).toBe(403);
  expect((await request.get("/manage/ledger/csv")).status()).toBe(401);
});
