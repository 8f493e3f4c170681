import { accessible, accounts, expect, experts, fitsWidth, signIn, test, visit } from "../support.mjs";

test("S10 S12: a visitor asks, a manager answers with who is free, the visitor reads it by the secret link", async ({ page, browser, request }) => {
  const [expert] = await experts(request, "product=revit&mode=remote");
  await visit(page, `/fr/experts/${expert.id}`);
  await page.getByRole("link", { name: "Poser une question" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Nous écrire" })).toBeVisible();
  await expect(page.getByText(`À propos de ${expert.name}`)).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });

  // What is looked for is asked where somebody is looked for, and only there.
  await expect(page.getByLabel("Premier jour")).toBeHidden();
  await page.getByLabel("De quoi s’agit-il ?").selectOption("not-free");
  await expect(page.getByLabel("Premier jour")).toBeVisible();

  // A mistake is told by its field, and nothing typed is lost.
  await page.getByLabel("Votre nom").fill("Vera Voorbeeld");
  await page.getByLabel("Votre message").fill("Deux jours de Revit en décembre, s’il vous plaît.");
  await page.getByLabel("Votre adresse e-mail").fill("pas une adresse");
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page.locator(".field-error")).toHaveCount(1);
  await expect(page.getByLabel("Votre message")).toHaveValue(/Deux jours/);
  const email = `vera-${Date.now()}@client.example`;
  await page.getByLabel("Votre adresse e-mail").fill(email);
  await page.getByLabel("Logiciel").selectOption("revit");
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page).toHaveURL(/\/fr\/contact\/[A-Z2-9]{8}\?key=/);
  await expect(page.locator(".messages")).toContainText("Deux jours de Revit");
  const reference = new URL(page.url()).pathname.split("/").pop();

  const context = await browser.newContext();
  const manager = await context.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/desk");
  await accessible(manager);
  await manager.getByRole("listitem").filter({ hasText: reference }).getByRole("link").click();
  await expect(manager.getByRole("heading", { level: 1, name: "Vera Voorbeeld" })).toBeVisible();
  await accessible(manager);
  await manager.getByRole("link", { name: "Propositions" }).click();
  await expect(manager.getByLabel("Votre message")).toHaveValue(/Les personnes ci-dessous/);
  await manager.getByLabel("Joindre les propositions").check();
  await manager.getByRole("button", { name: "Envoyer la réponse" }).click();
  await expect(manager.locator(".message-desk .proposals a").first()).toBeVisible();
  await context.close();

  await page.reload();
  await expect(page.locator(".message-desk")).toContainText("Les personnes ci-dessous");
  await page.locator(".message-desk .proposals a").first().click();
  await expect(page).toHaveURL(/\/fr\/experts\/[0-9a-f-]{36}/);
  // Without the secret there is nothing to see.
  const answer = await request.get(`/fr/contact/${reference}?key=wrong`);
  expect(answer.status()).toBe(404);
  expect(await answer.text()).not.toContain("Deux jours de Revit");
});
