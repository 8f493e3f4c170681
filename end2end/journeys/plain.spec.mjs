import { attachment, expect, experts, fillDetails, settle, test } from "../support.mjs";

test.use({ javaScriptEnabled: false });

test("S1 S5 S16 S17: without script, from the search to the paid booking", async ({ page, request }) => {
  await page.goto("/fr");
  await page.getByLabel("Logiciel", { exact: true }).selectOption("autocad");
  await page.getByLabel("Mode de travail").selectOption("remote");
  await page.getByRole("button", { name: "Rechercher" }).click();
  await expect(page.locator(".expert-card").first()).toBeVisible();
  // Another place typed over the one that was found: the new one counts.
  await page.goto("/fr/experts?near=2792413&place=Li%C3%A8ge&mode=on-site");
  await page.getByLabel("Près de", { exact: true }).fill("Gand");
  await page.locator(".criteria-form button[type=submit]").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Gand");
  const found = await experts(request, "product=autocad&mode=remote");
  const expert = found[5];
  await page.goto(`/fr/experts/${expert.id}?mode=remote`);
  await page.getByRole("link", { name: `Réserver ${expert.name}` }).click();

  // Nothing chosen: the form says so and keeps what there is.
  await page.locator("input[name=workstation]").check();
  await page.locator("button[name=check]").click();
  await expect(page.locator("input[name=workstation]")).toBeChecked();

  await page.locator("input[name=day]:not([disabled])").nth(4).check({ force: true });
  await page.locator("input[name=mode][value=remote]").check();
  await page.locator("button[name=check]").click();
  const total = page.locator(".quote-panel .quote-total .quote-amount");
  await expect(total).toHaveText(/€/);
  const seen = await total.innerText();
  // The same choices as a quote in print, before there is an account; bad ones are refused in words.
  const printed = await page.locator(".quote-print a").getAttribute("href");
  const quote = await request.get(printed);
  expect(quote.headers()["content-type"]).toBe("application/pdf");
  expect((await quote.body()).subarray(0, 5).toString()).toBe("%PDF-");
  const refused = await request.get(printed.replace("mode=remote", "mode=orbit"));
  expect(refused.status()).toBe(422);
  expect(await refused.text()).toContain("Pas de devis pour ces choix");
  await page.getByRole("button", { name: "Continuer" }).click();

  // Sign up in between.
  await page.locator("main").getByRole("link", { name: "Créer un compte" }).click();
  const email = `plain-${Date.now()}@client.example`;
  await page.getByLabel("Nom complet").fill("Dominique Essai");
  await page.getByLabel("Adresse e-mail").fill("pas une adresse");
  await page.getByLabel("Mot de passe").fill("une phrase bien à moi");
  await page.locator("main form button[type=submit]").click();
  // Refused, with everything typed but the password still there.
  await expect(page.getByLabel("Adresse e-mail")).toHaveValue("pas une adresse");
  await expect(page.getByLabel("Nom complet")).toHaveValue("Dominique Essai");
  await expect(page.locator(".field-error").first()).toBeVisible();
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.getByLabel("Mot de passe").fill("une phrase bien à moi");
  await page.locator("main form button[type=submit]").click();
  await expect(page).toHaveURL(/\/details\?/);

  // A mistake: nothing typed is lost.
  await fillDetails(page);
  await page.locator("main [name=invoice_email]").fill("nulle part");
  await page.locator("input[name=method][value=bancontact]").check();
  await page.locator("main form button[type=submit]").last().click();
  await expect(page.locator("main [name=organisation]")).toHaveValue("Bureau d’essai SA");
  await expect(page.locator("main [name=invoice_email]")).toHaveValue("nulle part");
  await expect(page.locator("input[name=method][value=bancontact]")).toBeChecked();
  await page.locator("main [name=invoice_email]").fill("factures@client.example");
  await page.locator("input[name=terms]").check();
  await expect(page.locator(".quote-panel .quote-total .quote-amount")).toHaveText(seen);
  await page.locator("main form button[type=submit]").last().click();
  await settle(page, "pay");
  await expect(page.locator("main")).toContainText("Paiement reçu");
  await page.goto("/fr/bookings");
  await expect(page.locator("main")).toContainText(expert.name);

  // S6: what a change would cost is shown on request.
  await page.goto(await page.locator('main a[href*="/fr/bookings/"]').first().getAttribute("href") + "/change");
  await expect(page.locator("#change-meaning button")).toBeHidden();
  await page.locator("input[name=workstation]").uncheck();
  await page.locator("button[name=check]").click();
  await expect(page.locator("#change-meaning")).toContainText("Différence remboursée");
  await expect(page.locator("#change-meaning").getByRole("button", { name: "Demander la modification" })).toBeVisible();
  await page.goto("/fr/bookings");

  // S11: in the booking's thread, files go along: refused ones are named beside the field, and the text stays.
  const own = await page.locator('main a[href*="/fr/bookings/"]').first().getAttribute("href");
  const id = own.match(/bookings\/([0-9a-f-]{36})/)[1];
  await page.goto(`/fr/messages/${id}`);
  await page.locator("textarea[name=body]").fill("Voici les plans, sans script.");
  await page.locator("#message-files").setInputFiles([attachment("plan.pdf"), attachment("coupe.pdf", "pas un PDF")]);
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page.locator("#message-files-error")).toContainText("coupe.pdf n’est pas un PDF, PNG ou JPEG complet");
  await expect(page.locator("textarea[name=body]")).toHaveValue("Voici les plans, sans script.");
  await page.locator("#message-files").setInputFiles([attachment("plan.pdf"), attachment("coupe.pdf")]);
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page.locator(".messages")).toContainText("Voici les plans, sans script.");
  await expect(page.getByRole("link", { name: "coupe.pdf" })).toBeVisible();
  const fetched = page.waitForEvent("download");
  await page.getByRole("link", { name: "plan.pdf" }).click();
  expect((await fetched).suggestedFilename()).toBe("plan.pdf");
});

test("S27: without script, a town of which there are several is asked for on the way", async ({ page, request }) => {
  const [expert] = await experts(request, "mode=on-site&near=2792413&within=25&sort=distance");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  await page.goto(`/fr/book/${expert.id}`);
  await page.locator(`input[name=day][value="${free_days[5]}"]`).check({ force: true });
  await page.locator("input[name=mode][value=on-site]").check();
  await page.locator("input[name=place_text]").fill("Hasselt");
  await page.getByRole("button", { name: "Continuer" }).click();
  await expect(page).toHaveURL(/\/details\?/);
  await page.getByLabel(/Hasselt.*Belgique/).check();
  await page.getByRole("button", { name: "Continuer" }).click();
  await expect(page.locator(".order-summary")).toContainText("Hasselt");
  await expect(page.locator(".quote-panel .quote-total")).toContainText("€");
  // Nothing chosen at all: what is missing is named.
  await page.goto(`/fr/book/${expert.id}/details`);
  await expect(page.locator("main")).toContainText("les jours");
});
