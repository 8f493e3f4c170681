import { accessible, accounts, attachment, expect, experts, fitsWidth, hydrated, mailed, signIn, test, visit } from "../support.mjs";

/** Where a visitor's conversation is read: only the mails to the address say so. */
async function conversation(page, email, reference) {
  return mailed(page, email, new RegExp(`/(?:fr|nl|en)/contact/${reference}\\?key=[\\w-]{43}`));
}

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
  await hydrated(page);
  await expect(page.getByLabel("Votre message")).toHaveValue(/Deux jours/);
  const email = `vera-${Date.now()}@client.example`;
  await page.getByLabel("Votre adresse e-mail").fill(email);
  await page.getByLabel("Logiciel").selectOption("revit");
  await page.getByRole("button", { name: "Envoyer" }).click();
  // The screen says the reference, and that the way to the conversation is in the mail.
  await expect(page).toHaveURL(/\/fr\/contact\?sent=[A-Z2-9]{8}$/);
  await expect(page.getByRole("heading", { level: 1, name: "Votre message est arrivé" })).toBeVisible();
  const reference = new URL(page.url()).searchParams.get("sent");
  await expect(page.getByText(reference)).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });

  const context = await browser.newContext();
  const manager = await context.newPage();
  await signIn(manager, accounts.manager);
  await visit(manager, "/fr/manage/desk");
  await accessible(manager);
  await manager.getByRole("listitem").filter({ hasText: reference }).getByRole("link").click();
  await expect(manager.getByRole("heading", { level: 1, name: "Vera Voorbeeld" })).toBeVisible();
  await expect(manager.locator(".page-head").getByText("adresse non confirmée")).toBeVisible();
  await accessible(manager);
  await manager.getByRole("link", { name: "Propositions" }).click();
  await expect(manager.getByLabel("Votre message")).toHaveValue(/Les personnes ci-dessous/);
  await manager.getByLabel("Joindre les propositions").check();
  await manager.getByRole("button", { name: "Envoyer la réponse" }).click();
  await expect(manager.locator(".message-desk .proposals a").first()).toBeVisible();

  // The link of the answer's mail opens the conversation, and so confirms the address.
  await visit(page, await conversation(page, email, reference));
  await expect(page.locator(".messages")).toContainText("Deux jours de Revit");
  await expect(page.locator(".message-desk")).toContainText("Les personnes ci-dessous");
  await visit(manager, `/fr/manage/desk/${reference}`);
  await expect(manager.locator(".page-head").getByText("adresse non confirmée")).toHaveCount(0);
  await expect(manager.locator(".desk-log")).toContainText("Adresse confirmée");
  await context.close();
  await page.locator(".message-desk .proposals a").first().click();
  await expect(page).toHaveURL(/\/fr\/experts\/[0-9a-f-]{36}/);
  // Without the secret there is nothing to see.
  const answer = await request.get(`/fr/contact/${reference}?key=wrong`);
  expect(answer.status()).toBe(404);
  expect(await answer.text()).not.toContain("Deux jours de Revit");
});

test("S10 S11: without script, files go with a first message, an answer and a further message", async ({ browser, baseURL }) => {
  const plain = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await plain.newPage();
  await page.goto("/en/contact");
  await page.getByLabel("What is it about?").selectOption("question");
  await page.getByLabel("Your name").fill("Vera Voorbeeld");
  const email = `vera-${Date.now()}@client.example`;
  await page.getByLabel("Your e-mail address").fill(email);
  await page.getByLabel("Your message").fill("Please look at the attached plan.");

  // A file that is not what its name says: nothing is sent, everything typed is there again, the field says why.
  await page.getByLabel("Attachments").setInputFiles(attachment("plan.pdf", "<!doctype html><script>alert(1)</script>"));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator("#contact-files-error")).toContainText("plan.pdf is not a complete PDF");
  await expect(page.getByLabel("Your message")).toHaveValue("Please look at the attached plan.");
  await expect(page.getByLabel("What is it about?")).toHaveValue("question");
  await page.getByLabel("Attachments").setInputFiles([attachment("plan.pdf"), attachment("section.pdf")]);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page).toHaveURL(/\/en\/contact\?sent=[A-Z2-9]{8}$/);
  const reference = new URL(page.url()).searchParams.get("sent");
  await page.goto(await conversation(page, email, reference));
  await expect(page.getByRole("link", { name: "section.pdf" })).toBeVisible();
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });

  // The manager opens it, answers with a file, and keeps a note with another.
  const desk = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const manager = await desk.newPage();
  await signIn(manager, accounts.manager);
  await manager.goto(`/en/manage/desk/${reference}`);
  const download = manager.waitForEvent("download");
  await manager.getByRole("link", { name: "plan.pdf" }).click();
  expect((await download).suggestedFilename()).toBe("plan.pdf");
  await manager.locator("#note-note").fill("Careful with this one.");
  await manager.locator("#note-files").setInputFiles(attachment("internal.pdf"));
  await manager.getByRole("button", { name: "Keep the note" }).click();
  await expect(manager.getByRole("link", { name: "internal.pdf" })).toBeVisible();
  const internal = await manager.getByRole("link", { name: "internal.pdf" }).getAttribute("href");
  await manager.locator("#answer-message").fill("Here is our offer.");
  await manager.locator("#answer-files").setInputFiles(attachment("offer.pdf", "no offer"));
  await manager.getByRole("button", { name: "Send the answer" }).click();
  await expect(manager.locator("#answer-files-error")).toContainText("offer.pdf is not a complete PDF");
  await expect(manager.locator("#answer-message")).toHaveValue("Here is our offer.");
  await manager.locator("#answer-files").setInputFiles(attachment("offer.pdf"));
  await manager.getByRole("button", { name: "Send the answer" }).click();
  await expect(manager.locator(".message-desk").getByRole("link", { name: "offer.pdf" })).toBeVisible();
  await manager.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(manager);
  await desk.close();

  // The visitor sees the offer and not the note, fetches by the secret, and nobody without it.
  await page.reload();
  await expect(page.locator(".message-desk").getByRole("link", { name: "offer.pdf" })).toBeVisible();
  await expect(page.getByText("internal.pdf")).toHaveCount(0);
  const offer = await page.getByRole("link", { name: "offer.pdf" }).getAttribute("href");
  const fetched = await page.request.get(offer);
  expect([fetched.status(), fetched.headers()["content-disposition"]]).toEqual([200, expect.stringContaining("offer.pdf")]);
  const key = new URL(offer, baseURL).search;
  expect((await page.request.get(`${internal}${key}`)).status()).toBe(404);
  expect((await page.request.get(offer.split("?")[0])).status()).toBe(401);
  await page.getByLabel("Add something").fill("Agreed.");
  await page.locator("#reply-files").setInputFiles(attachment("signed.pdf"));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("link", { name: "signed.pdf" })).toBeVisible();
  await expect(page.getByText("Agreed.")).toBeVisible();
  await plain.close();
});
