import { accept, accessible, accounts, book, demoExpert, expect, fitsWidth, signIn, test, visit } from "../support.mjs";

test("S22 S31: a disputed day is kept back, argued over with evidence, and settled to the cent", async ({ page, request, browser }) => {
  test.setTimeout(180_000);
  const { expert, days } = await demoExpert(request);
  const booking = await book(page, expert, days.at(4));
  const desk = await accept(browser, booking);

  await page.reload();
  await page.getByRole("link", { name: "Signaler un désaccord" }).click();
  await accessible(page);
  await page.locator('input[name="days[]"]').first().check();
  await page.getByLabel("Ce qui s’est passé").fill("Personne ne s’est connecté.");
  await page.getByRole("button", { name: "Ouvrir le désaccord" }).click();
  await expect(page.locator("main")).toContainText("Remboursement au plus");
  await page.locator("#dispute-file").setInputFiles({
    name: "capture.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"),
  });
  await page.getByRole("button", { name: "Envoyer le fichier" }).click();
  await expect(page.getByRole("link", { name: "capture.pdf" })).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);

  const third = await browser.newContext();
  const manager = await third.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/disputes");
  await accessible(manager);
  await manager.goto(`${booking}/dispute`);
  await manager.getByRole("link", { name: /Régler/ }).click();
  await expect(manager).toHaveURL(/\/cancel/);
  await manager.locator("main form[method=get] button").click();
  await manager.getByLabel(/Raison|Motif/).fill("Aucune connexion ce jour-là.");
  await manager.locator("main form").last().getByRole("button").click();
  await expect(async () => {
    await page.goto(`${booking}/dispute`);
    await expect(page.locator("main")).toContainText("Réglé", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.locator("main")).toContainText("Remboursé");
  await desk.context().close();
  await third.close();
});
