import { accessible, accounts, expect, experts, fillDetails, fitsWidth, settle, signIn, signUp, test, visit } from "../support.mjs";

test("S22 S31: a disputed day is kept back, argued over with evidence, and settled to the cent", async ({ page, request, browser }) => {
  test.setTimeout(180_000);
  const [expert] = await experts(request, "product=revit&level=3&near=2792413&within=25&sort=distance");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  await signUp(page, { next: `/fr/book/${expert.id}/details?days=${free_days.at(4)}&mode=remote&country=NL` });
  await fillDetails(page);
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  await settle(page, "pay");
  await page.getByRole("link", { name: "Voir la réservation" }).click();
  const booking = new URL(page.url()).pathname;
  const other = await browser.newContext();
  const desk = await other.newPage();
  await signIn(desk, accounts.expert);
  await desk.goto(booking);
  await desk.getByRole("button", { name: "Accepter la commande" }).click();
  await expect(desk.locator("main")).toContainText("La mission est confirmée");

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
  await other.close();
  await third.close();
});
