import { accessible, accounts, expect, experts, fillDetails, fitsWidth, settle, signIn, signUp, test, visit } from "../support.mjs";

const PDF = Buffer.from("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n");

/** Some days ahead at an hour, as a field of time wants it, by the platform's clock: it may have been put forward. */
async function ahead(request, days, hour) {
  const [, day, month, year] = (await (await request.get("/dev/clock")).text()).match(/(\d{1,2}) ([A-Z][a-z]+) (\d{4}),/);
  const date = new Date(Date.parse(`${day} ${month} ${year} 12:00 UTC`) + days * 86_400_000);
  return `${date.toISOString().slice(0, 10)}T${hour}:00`;
}

/** Everything an application must show. */
async function fillApplication(page, name) {
  const text = {
    display_name: name,
    phone: "+32 4 222 22 22",
    place: "Liège, Belgique",
    headline: "Maquettes d’hôpitaux",
    summary: "Familles, coordination et métrés pour de grands hôpitaux.",
    skills: "détection de conflits",
    certificate1_title: "Revit for Architectural Design",
    certificate1_number: "ACP-0001",
    certificate1_issued: "2025-05-01",
    certificate1_expires: "2031-05-01",
    diploma1_title: "Architecte",
    diploma1_school: "Institut Exemple",
    diploma1_year: "2010",
    experience1_title: "Coordination BIM",
    experience1_organisation: "Bureau Exemple",
    experience1_from: "2012",
  };
  for (const [field, value] of Object.entries(text)) await page.locator(`main [name=${field}]`).fill(value);
  for (const box of ["on_site", "remote", "language_fr", "product_revit", "sector_construction"]) {
    await page.locator(`main [name=${box}]`).check();
  }
}

test("S20 S33 S37: a candidate applies, is interviewed and published, found by a client and booked", async ({ page, browser, request }) => {
  const name = `Alix Essai ${Date.now() % 100_000}`;
  // A visitor is led through sign-up and back.
  await visit(page, "/fr/apply");
  await accessible(page);
  await fitsWidth(page);
  await page.getByRole("link", { name: "Créer un compte et se présenter" }).click();
  await expect(page).toHaveURL(/sign-up\?next=/);
  const next = new URL(page.url()).searchParams.get("next");
  const email = await signUp(page, { next });
  await expect(page).toHaveURL(/\/fr\/apply/);

  // Saved as it is typed, and there again after a reload.
  await page.locator("main [name=headline]").fill("Maquettes");
  await expect(page.getByText("Brouillon enregistré", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.locator("main [name=headline]")).toHaveValue("Maquettes");
  // Half of it is not sent: every field says what it lacks, and keeps what it has.
  await page.getByRole("button", { name: "Envoyer la candidature" }).click();
  await expect(page.locator(".form-errors")).toBeVisible();
  await expect(page.locator("main [name=headline]")).toHaveValue("Maquettes");
  await accessible(page);

  // Documents are what their content says. The page is loaded anew, and what was typed just before is still there.
  await page.locator("#document-file").setInputFiles({ name: "diplome.pdf", mimeType: "application/pdf", buffer: Buffer.from("<script>alert(1)</script>") });
  await page.locator("main [name=headline]").fill("Maquettes numériques");
  await page.getByRole("button", { name: "Envoyer le fichier" }).click();
  await expect(page.locator("#document-file-error")).toContainText("n’est pas un PDF, PNG ou JPEG complet");
  await expect(page.locator("#document-file-error")).toBeInViewport();
  await expect(page.locator("main [name=headline]")).toHaveValue("Maquettes numériques");
  await page.locator("#document-file").setInputFiles({ name: "../diplome.pdf", mimeType: "application/pdf", buffer: PDF });
  await page.getByRole("button", { name: "Envoyer le fichier" }).click();
  const link = page.getByRole("link", { name: "diplome.pdf" });
  await expect(link).toBeVisible();
  const document = await link.getAttribute("href");
  const answer = await page.request.get(document);
  expect(answer.headers()["content-disposition"]).toContain("attachment");
  expect(answer.headers()["content-security-policy"]).toContain("sandbox");
  expect(answer.headers()["x-content-type-options"]).toBe("nosniff");
  expect((await request.get(document)).status(), "nobody else's").toBe(401);

  await fillApplication(page, name);
  await page.locator("main [name=truthful]").check();
  await page.getByRole("button", { name: "Envoyer la candidature" }).click();
  await expect(page.getByText("Votre candidature est envoyée.")).toBeVisible();
  await accessible(page);

  // The manager, in another browser.
  const office = await browser.newContext();
  const desk = await office.newPage();
  await signIn(desk, accounts.manager);
  await visit(desk, "/fr/manage");
  await accessible(desk);
  await visit(desk, "/fr/manage/candidates?state=new");
  await accessible(desk);
  await fitsWidth(desk);
  await desk.getByRole("link", { name }).click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText(name);
  await accessible(desk);
  await desk.getByRole("button", { name: "Prendre en main" }).click();
  await expect(desk.locator("[name=slot1]")).toBeVisible();
  await desk.locator("[name=slot1]").fill(await ahead(request, 1, "10"));
  await desk.locator("[name=slot2]").fill(await ahead(request, 2, "14"));
  await desk.getByRole("button", { name: "Proposer des horaires" }).click();
  await expect(desk.getByText("La personne doit choisir un horaire.")).toBeVisible();

  // A refusal cannot be sent without reasons.
  await desk.getByText("Refuser", { exact: true }).click();
  await desk.getByRole("button", { name: "Refuser avec ces raisons" }).click();
  await expect(desk.locator(".form-errors")).toBeVisible();

  // The candidate picks.
  await visit(page, "/fr/apply");
  await page.locator("input[name=slot]").first().check();
  await page.getByRole("button", { name: "Prendre cet horaire" }).click();
  await expect(page.getByText("L’horaire est convenu.")).toBeVisible();
  const calendar = await page.request.get(await page.getByRole("link", { name: "Fichier d’agenda" }).getAttribute("href"));
  expect(calendar.headers()["content-type"]).toContain("text/calendar");
  expect(await calendar.text()).toContain("BEGIN:VEVENT\r\n");

  // The manager's page is older than that: told, nothing overwritten, what was typed kept.
  await desk.locator("details[open] [name=reasons]").fill("Trop peu de projets.");
  await desk.getByRole("button", { name: "Refuser avec ces raisons" }).click();
  await expect(desk.locator(".form-errors")).toContainText("a été plus rapide");
  await expect(desk.locator("details[open] [name=reasons]")).toHaveValue("Trop peu de projets.");

  // The day of the interview comes; then the decision.
  expect((await request.post("/dev/clock", { form: { hours: "48" } })).ok()).toBeTruthy();
  await desk.reload();
  await desk.getByRole("button", { name: "L’entretien a eu lieu" }).click();
  await expect(desk.locator("[name=level]")).toBeVisible();
  await desk.locator("[name=level]").selectOption("3");
  await desk.locator("[name=kind]").selectOption("in-house");
  await desk.getByRole("button", { name: "Accepter et publier" }).click();
  await expect(desk.getByRole("link", { name: "Profil public" })).toBeVisible();
  await office.close();

  // Found, by anyone, and booked by a client.
  const found = (await experts(request, "product=revit&near=2792413&within=25&level=3&kind=in-house")).find((expert) => expert.name === name);
  expect(found, "search finds the new expert at once").toBeTruthy();
  const whole = await (await request.get(`/api/v1/experts/${found.id}`)).json();
  const shop = await browser.newContext();
  const client = await shop.newPage();
  await visit(client, `/fr/experts/${found.id}?mode=remote`);
  await expect(client.getByRole("heading", { level: 1 })).toHaveText(name);
  await signUp(client, { next: `/fr/book/${found.id}/details?days=${whole.free_days.slice(3, 5).join(",")}&mode=remote&country=BE` });
  await fillDetails(client);
  await client.locator("input[name=method][value=ideal]").check();
  await client.locator("input[name=terms]").check();
  await client.locator("main form button[type=submit]").last().click();
  await settle(client, "pay");
  await expect(client.getByText("Paiement reçu")).toBeVisible();
  await shop.close();

  // Invoices may be made in the expert's name once that is agreed to.
  await visit(page, "/fr/papers/self-billing");
  await page.getByRole("button", { name: "J’accepte" }).click();
  await expect(page.locator("main")).toContainText("Accepté le");
  await expect(page.getByRole("button", { name: "J’accepte" })).toHaveCount(0);

  // The expert has the order, and was told at every step.
  await visit(page, "/fr/orders");
  await expect(page.locator(".booking-row")).toHaveCount(1);
  await page.goto("/dev/mail");
  await expect(page.locator("body")).toContainText(email);
});
