import { accessible, accounts, expect, fitsWidth, signIn, test, visit } from "../support.mjs";

// One of the demonstration's experts, published, who has not asked.
const EXPERT = "expert-0100@gabarit.example";

test("S40: an expert asks and is granted, a visitor without script leaves a lead, the partner sees its state", async ({ page, browser }) => {
  await signIn(page, EXPERT);
  await visit(page, "/fr/work/referrals");
  await expect(page.getByRole("heading", { level: 1, name: "Références" })).toBeVisible();
  await expect(page.locator("main")).toContainText("La plateforme ne calcule et ne verse rien");
  await accessible(page);
  await page.getByLabel("Un mot pour les responsables").fill("On me demande souvent des licences.");
  await page.getByRole("button", { name: "Demander", exact: true }).click();
  await expect(page.locator('[data-partnership="asked"]')).toBeVisible();
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });

  const context = await browser.newContext();
  const manager = await context.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/referrals");
  await accessible(manager);
  // Who asked last stands last of those who wait.
  await manager.locator(".booking-row").filter({ has: manager.getByText("Demandé", { exact: true }) }).last().getByRole("link").click();
  await expect(manager.locator("main")).toContainText("On me demande souvent des licences.");
  await accessible(manager);
  // A refusal needs its reason.
  await manager.getByRole("button", { name: "Refuser" }).click();
  await expect(manager.locator(".field-error").first()).toBeVisible();
  await manager.getByRole("button", { name: "Accorder" }).click();
  await expect(manager.locator(".page-head")).toContainText("Accordé");

  await visit(page, "/fr/work/referrals");
  await expect(page.locator('[data-partnership="granted"]')).toBeVisible();
  const link = await page.locator(".facts a").getAttribute("href");
  expect(new URL(link).pathname).toMatch(/^\/fr\/licences\/[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  // One's own link is not for oneself.
  await visit(page, new URL(link).pathname);
  await expect(page.locator("main")).toContainText("Ceci est votre propre lien");

  const plain = await browser.newContext({ javaScriptEnabled: false });
  const visitor = await plain.newPage();
  await visitor.goto(new URL(link).pathname);
  const organisation = `Bureau d’essai ${Date.now()}`;
  await visitor.getByLabel("Votre organisation").fill(organisation);
  await visitor.getByLabel("Votre nom").fill("Vera Voorbeeld");
  await visitor.getByLabel("Votre adresse e-mail").fill("pas une adresse");
  await visitor.getByLabel("Revit", { exact: true }).check();
  await visitor.getByLabel("Combien de postes en tout ?").fill("3");
  await visitor.getByLabel("Votre message").fill("Un secret entre nous.");
  await visitor.getByRole("button", { name: "Demander une offre" }).click();
  // Refused, with everything typed still there.
  await expect(visitor.locator(".field-error")).toHaveCount(2);
  await expect(visitor.getByLabel("Votre organisation")).toHaveValue(organisation);
  await expect(visitor.getByLabel("Revit", { exact: true })).toBeChecked();
  await visitor.getByLabel("Votre adresse e-mail").fill(`vera-${Date.now()}@client.example`);
  await visitor.getByLabel(/J’ai lu qui voit ma demande/).check();
  await visitor.getByRole("button", { name: "Demander une offre" }).click();
  await expect(visitor.getByRole("heading", { level: 1, name: "Votre demande est arrivée" })).toBeVisible();
  await plain.close();

  await visit(manager, "/fr/manage/referrals");
  await manager.getByRole("link", { name: organisation }).click();
  await expect(manager.locator("main")).toContainText("Un secret entre nous.");
  await accessible(manager);
  await manager.locator("textarea[name=note]").fill("Appelée ce matin.");
  await manager.getByRole("button", { name: "Contact pris" }).click();
  await expect(manager.locator(".desk-log")).toContainText("Appelée ce matin.");
  await expect(manager.locator(".page-head")).toContainText("Contact pris");
  await manager.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(manager);

  await visit(page, "/fr/work/referrals");
  const row = page.getByRole("row").filter({ hasText: organisation });
  await expect(row).toContainText("Contact pris");
  await expect(row).toContainText("Revit");
  const seen = await page.locator("main").innerText();
  for (const secret of ["Vera", "client.example", "Un secret entre nous", "Appelée"]) expect(seen).not.toContain(secret);
  await accessible(page);

  // Ended: the link says so, and takes nothing.
  await manager.setViewportSize({ width: 1280, height: 720 });
  await visit(manager, "/fr/manage/referrals");
  await manager.locator(".booking-row", { hasText: link.split("/").pop() }).getByRole("link").click();
  await manager.locator("textarea[name=note]").fill("Convenu ensemble.");
  await manager.getByRole("button", { name: "Mettre fin au partenariat" }).click();
  await expect(manager.locator(".page-head")).toContainText("Terminé");
  await context.close();
  const visitorAgain = await browser.newContext();
  const gone = await visitorAgain.newPage();
  const answer = await gone.goto(new URL(link).pathname);
  expect(answer.status()).toBe(410);
  await expect(gone.getByRole("heading", { level: 1, name: "Ce lien n’est plus en service" })).toBeVisible();
  await accessible(gone);
  await visitorAgain.close();
  await visit(page, "/fr/work/referrals");
  await expect(page.getByRole("row").filter({ hasText: organisation })).toContainText("Contact pris");
});
