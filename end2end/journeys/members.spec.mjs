import { PASSWORD, accessible, accounts, expect, fitsWidth, signIn, test, visit } from "../support.mjs";

const member = "member@gabarit.example";

test("S48 S57: the programme's pages, the hall and a badge that verifies itself", async ({ page, request }) => {
  await visit(page, "/fr/programme");
  await expect(page.getByRole("heading", { level: 1, name: "Programme de reconnaissance" })).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });

  await page.getByRole("link", { name: /^La galerie/ }).click();
  await expect(page.locator(".member-card")).not.toHaveCount(0);
  // Who is not listed is not there.
  await expect(page.getByText("Nina Inconnue")).toHaveCount(0);
  await accessible(page);
  await page.getByLabel("Logiciel").selectOption("civil-3d");
  await page.getByRole("button", { name: "Filtrer" }).click();
  await expect(page.locator(".member-card")).toHaveCount(1);
  await page.getByRole("link", { name: "Saar Denkbeeldig" }).click();
  await expect(page.getByText("Adhésion vérifiée")).toBeVisible();
  await accessible(page);
  const badge = await page.locator(".badge-picture").getAttribute("src");
  const answer = await request.get(badge);
  expect(answer.headers()["content-type"]).toContain("image/svg+xml");
  expect(answer.headers()["cross-origin-resource-policy"]).toBe("cross-origin");
  expect(await answer.text()).toContain("Saar Denkbeeldig");
  expect((await request.get("/badges/nosuchcode.svg")).status()).toBe(404);

  await visit(page, "/fr/programme/benefits");
  await page.locator("#benefits-country").selectOption("BE");
  await page.getByRole("button", { name: "Afficher" }).click();
  await expect(page.getByRole("heading", { name: "Kit de bienvenue" })).toBeVisible();
  await accessible(page);
});

test("S57 S61: a member adds a contribution, claims software with its terms, signs up, answers; strangers see none of it", async ({ page }) => {
  await visit(page, "/fr/programme/community");
  await expect(page.getByRole("main").getByRole("link", { name: "Se connecter" })).toBeVisible();
  await signIn(page, member, PASSWORD);

  await visit(page, "/fr/programme/membership");
  await expect(page.getByRole("heading", { level: 1, name: "Mon adhésion" })).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByLabel("Canal").selectOption("video");
  await page.getByLabel("Titre").fill("Une vidéo sur les familles");
  await page.getByRole("textbox", { name: "Lien" }).fill("pas une adresse");
  await page.getByLabel("Ce que cela a aidé à faire").fill("Des familles plus légères.");
  await page.locator("[name=paid][value=no]").check();
  await page.getByRole("button", { name: "Ajouter" }).click();
  await expect(page.locator(".field-error")).toHaveCount(1);
  await expect(page.getByLabel("Titre")).toHaveValue("Une vidéo sur les familles");
  await page.getByRole("textbox", { name: "Lien" }).fill(`https://video.example/${Date.now()}`);
  await page.getByRole("button", { name: "Ajouter" }).click();
  await expect(page.getByRole("link", { name: "Une vidéo sur les familles" }).first()).toBeVisible();

  await visit(page, "/fr/programme/benefits");
  await accessible(page);
  await page.getByRole("link", { name: "Demander : Accès aux logiciels" }).click();
  await page.getByRole("button", { name: "Demander" }).click();
  await expect(page.locator(".field-error")).toHaveCount(1);
  await page.getByLabel("J’accepte ces conditions").check();
  await page.getByRole("button", { name: "Demander" }).click();
  await expect(page.locator(".claim-code")).toContainText("DEMO-");

  await visit(page, "/fr/programme/events");
  await accessible(page);
  await page.getByRole("link", { name: /^S’inscrire : Families/ }).click();
  await page.getByLabel("Titre de votre exposé").fill("Trois familles simples");
  await page.getByRole("button", { name: "S’inscrire" }).click();
  await expect(page.getByText("Vous êtes inscrit·e")).toBeVisible();

  await visit(page, "/fr/programme/community");
  await accessible(page);
  await page.getByRole("link", { name: "Assemblages lents au démarrage" }).click();
  await page.getByLabel("Répondre").fill("Et les contraintes : moins il y en a, mieux c’est.");
  await page.getByRole("button", { name: "Répondre" }).click();
  await expect(page.locator(".messages")).toContainText("moins il y en a");
  await accessible(page);
  await page.getByRole("button", { name: "Ajouter à mes contributions" }).last().click();
  await expect(page.getByText("Parmi vos contributions")).toBeVisible();
});

test("S58 S60: a member edits a post and takes it away; managers still see what it said", async ({ page, browser }) => {
  await signIn(page, member, PASSWORD);
  await visit(page, "/fr/programme/community");
  const title = `Un essai ${Date.now()}`;
  await page.getByLabel("Sujet", { exact: true }).fill(title);
  await page.locator("main [name=body]").fill("Une première version.");
  await page.locator("main form").filter({ has: page.locator("[name=body]") }).locator("button[type=submit]").click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  const thread = new URL(page.url()).pathname;
  await expect(page.getByText("Vous pouvez modifier ou retirer ce message jusqu’au")).toBeVisible();
  await page.getByRole("link", { name: "Modifier" }).click();
  await expect(page.locator("main [name=body]")).toHaveValue("Une première version.");
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.locator("main [name=body]").fill("Une seconde version.");
  await page.getByRole("button", { name: "Enregistrer la modification" }).click();
  await expect(page.locator(".messages")).toContainText("Une seconde version.");
  await expect(page.locator(".messages")).toContainText("Modifié le");
  await expect(page.locator(".messages")).not.toContainText("Une première version.");
  await page.getByRole("link", { name: "Retirer" }).click();
  await accessible(page);
  await page.getByRole("button", { name: "Retirer" }).click();
  await expect(page.getByText("Retiré par son auteur ou son autrice.")).toBeVisible();
  await expect(page.locator(".messages")).not.toContainText("Une seconde version.");

  const office = await browser.newContext();
  const desk = await office.newPage();
  await signIn(desk, accounts.manager);
  await visit(desk, thread);
  await desk.getByText("Ce qui était écrit avant").click();
  await expect(desk.locator(".messages")).toContainText("Une première version.");
  await expect(desk.locator(".messages")).toContainText("Une seconde version.");
  await accessible(desk);
  await visit(desk, "/fr/manage/log?log=community");
  await expect(desk.getByRole("link", { name: title }).first()).toBeVisible();
  await office.close();
});

test("S52: renewals in one list, confirmed together; below the rule decided with reasons", async ({ page }) => {
  await signIn(page, accounts.manager);
  await visit(page, "/fr/manage/members");
  await accessible(page);
  const regular = page.getByRole("row").filter({ hasText: "Ferdinand Fictif" });
  await expect(regular).toContainText("Selon la règle");
  await page.getByRole("button", { name: "Confirmer les renouvellements choisis" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Ferdinand Fictif" })).toHaveCount(0);

  await page.getByRole("link", { name: "Saar Denkbeeldig" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Saar Denkbeeldig" })).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Renouveler quand même" }).click();
  await expect(page.locator(".field-error")).toHaveCount(1);
  await page.getByLabel("Raisons, telles que le membre les lit").fill("Les rencontres comptent plus que leur nombre.");
  await page.getByRole("button", { name: "Renouveler quand même" }).click();
  await expect(page.getByText("Renouvelée avec des raisons")).toBeVisible();

  for (const path of ["benefits", "events", "reports", "figures"]) {
    await visit(page, `/fr/manage/members/${path}`);
    await accessible(page);
  }
});
