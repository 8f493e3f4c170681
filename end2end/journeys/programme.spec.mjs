import { accessible, accounts, expect, fitsWidth, signIn, signUp, test, visit } from "../support.mjs";

const REVIEWERS = [1, 2, 3].map((number) => `reviewer-${number}@readers.example`);
const QUALITIES = ["champion", "expert", "caring", "responsive", "leader"];
const REASON = "Une seule contribution est montrée sur vingt-quatre mois.";

/** Now, by the platform's clock. */
async function now(request) {
  return new Date((await (await request.get("/dev/clock")).text()).match(/datetime="([^"]+)"/)[1]);
}

/** Puts the clock to an hour after the next window opens: 1 February or 1 August, in Amsterdam. */
async function openWindow(request) {
  const at = await now(request);
  const years = [at.getUTCFullYear(), at.getUTCFullYear() + 1];
  const windows = years.flatMap((year) => [Date.UTC(year, 0, 31, 23), Date.UTC(year, 6, 31, 22)]);
  const next = windows.find((window) => window > at.getTime());
  const hours = Math.ceil((next - at.getTime()) / 3_600_000) + 1;
  expect((await request.post("/dev/clock", { form: { hours: String(hours) } })).ok()).toBeTruthy();
}

/** Questions, a contribution, and the rest of the form. */
async function stand(page, request, number) {
  await visit(page, "/fr/programme/nominate");
  await accessible(page);
  await fitsWidth(page);
  // A tie to the vendor is told at once.
  await page.locator("[name=intern][value=yes]").check();
  await page.getByRole("button", { name: "Commencer ma candidature" }).click();
  await expect(page.getByText("Vous ne pouvez pas vous présenter")).toBeVisible();
  for (const tie of ["employee", "subcontractor", "consultant", "intern"]) {
    await page.locator(`[name=${tie}][value=no]`).check();
  }
  await page.getByRole("button", { name: "Commencer ma candidature" }).click();
  await expect(page.locator("main [name=statement]")).toBeVisible();
  await accessible(page);
  await fitsWidth(page);

  const day = (await now(request)).toISOString().slice(0, 10);
  await page.locator("[name=channel]").selectOption("forum");
  await page.locator("[name=occurred_on]").fill(day);
  await page.locator("main [name=title]").fill(`Réponse ${number}`);
  await page.locator("[name=url]").fill(`http://forum.example/${number}`);
  await page.locator("[name=helped]").fill("Un gabarit de projet pour tout un bureau.");
  await page.locator("[name=paid][value=yes]").check();
  await page.getByRole("button", { name: "Ajouter", exact: true }).click();
  // Paid work never counts, and evidence is https; nothing typed is lost.
  await expect(page.locator(".form-errors")).toBeVisible();
  await expect(page.locator("main [name=title]")).toHaveValue(`Réponse ${number}`);
  await page.locator("[name=paid][value=no]").check();
  await page.locator("[name=url]").fill(`https://forum.example/${number}`);
  await page.getByRole("button", { name: "Ajouter", exact: true }).click();
  await expect(page.getByRole("link", { name: `Réponse ${number}` })).toBeVisible();

  await page.locator("main [name=statement]").fill("Chaque semaine, je réponds aux questions d’autres utilisateurs et j’écris de courts pas-à-pas. ".repeat(2));
  await page.locator("main [name=country]").selectOption("BE");
  await page.locator("main [name=truthful]").check();
  await page.getByRole("button", { name: "Envoyer ma candidature" }).click();
  await expect(page.getByText("Votre candidature est envoyée.")).toBeVisible();
  await accessible(page);
  await fitsWidth(page);
  return page.url().match(/nominations\/([0-9a-f-]{36})/)[1];
}

/** Both reviewers who sit on a nomination score it. */
async function review(browser, id, score) {
  let done = 0;
  for (const reviewer of REVIEWERS) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await signIn(page, reviewer);
    await visit(page, "/fr/programme/review");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    // Who has no seat learns nothing.
    const response = await page.goto(`/fr/programme/review/${id}`);
    if (response.status() === 200) {
      await visit(page, `/fr/programme/review/${id}`);
      if (done === 0) {
        await accessible(page);
        await fitsWidth(page);
      }
      for (const quality of QUALITIES) {
        await page.locator(`[name=${quality}][value="${score}"]`).check();
        await page.locator(`[name=ground_${quality}]`).fill("Les liens le montrent, semaine après semaine.");
      }
      await page.getByRole("button", { name: "Envoyer l’évaluation" }).click();
      await expect(page.getByText("Votre évaluation est envoyée.")).toBeVisible();
      // Blind to each other until both are in.
      await expect(page.getByText("Elles se voient quand les deux sont envoyées.")).toHaveCount(done === 0 ? 1 : 0);
      done += 1;
    }
    await context.close();
  }
  expect(done, "two reviewers").toBe(2);
}

async function seated(browser, id) {
  await expect
    .poll(
      async () => {
        let seats = 0;
        for (const reviewer of REVIEWERS) {
          const context = await browser.newContext();
          const page = await context.newPage();
          await signIn(page, reviewer);
          if ((await page.goto(`/fr/programme/review/${id}`)).status() === 200) seats += 1;
          await context.close();
        }
        return seats;
      },
      { timeout: 60_000 },
    )
    .toBe(2);
}

async function answer(browser, id, outcome) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, accounts.manager);
  await visit(page, "/fr/manage/programme");
  await accessible(page);
  await fitsWidth(page);
  await visit(page, `/fr/manage/programme/nominations/${id}`);
  await accessible(page);
  await page.locator(`[name=outcome][value=${outcome}]`).check();
  if (outcome === "refuse") {
    // A refusal cannot be sent without reasons.
    await page.getByRole("button", { name: "Écrire la lettre" }).click();
    await expect(page.locator(".form-errors")).toBeVisible();
    await expect(page.getByRole("button", { name: "Envoyer la lettre" })).toHaveCount(0);
    await page.locator("[name=reason_responsive]").fill(REASON);
  }
  await page.getByRole("button", { name: "Écrire la lettre" }).click();
  await expect(page.locator(".letter")).toBeVisible();
  if (outcome === "refuse") await expect(page.locator(".letter")).toContainText(REASON);
  await accessible(page);
  await fitsWidth(page);
  await page.getByRole("button", { name: "Envoyer la lettre" }).click();
  await expect(page.getByText("La lettre, envoyée le")).toBeVisible();
  await context.close();
}

// Both put the one clock forward: one after the other.
test.describe.configure({ mode: "serial" });

test("S46: a draft is saved as it is typed, gone on with elsewhere, and never overwritten", async ({ page, browser }) => {
  const email = await signUp(page, { next: "/fr/programme/nominate" });
  await visit(page, "/fr/programme/nominate");
  for (const tie of ["employee", "subcontractor", "consultant", "intern"]) {
    await page.locator(`[name=${tie}][value=no]`).check();
  }
  await page.getByRole("button", { name: "Commencer ma candidature" }).click();
  const statement = page.locator("main [name=statement]");
  await expect(statement).toBeVisible();
  // The page is made anew with the draft: what is typed from here on is kept.
  await visit(page, "/fr/programme/nominate");
  const kept = (of) => of.waitForResponse((answer) => answer.url().endsWith("/api/keep_nomination"));

  // Saved by itself, with the time, and there on another device.
  const first = kept(page);
  await statement.fill("Des réponses chaque semaine");
  expect((await first).status()).toBe(200);
  await expect(page.locator(".apply-send [role=status]")).toContainText("Enregistré le");
  const context = await browser.newContext();
  const phone = await context.newPage();
  await signIn(phone, email, "une phrase bien à moi");
  await visit(phone, "/fr/programme/nominate");
  await expect(phone.locator("main [name=statement]")).toHaveValue("Des réponses chaque semaine");

  // The other device saves; the first one is told, and overwrites nothing.
  const second = kept(phone);
  await phone.locator("main [name=statement]").fill("Écrit au téléphone");
  expect((await second).status()).toBe(200);
  await expect(phone.locator(".apply-send [role=status]")).toContainText("Enregistré le");
  const third = kept(page);
  await statement.fill("Écrit au bureau");
  expect((await third).status()).toBe(409);
  await expect(page.getByText("n’a pas été écrasée")).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  // The button, too, tells first; nothing typed is lost, and once told it may replace the other.
  await page.getByRole("button", { name: "Enregistrer le brouillon" }).click();
  await expect(page.locator(".form-errors")).toContainText("Rien n’a été écrasé");
  await expect(statement).toHaveValue("Écrit au bureau");
  await phone.reload();
  await expect(phone.locator("main [name=statement]")).toHaveValue("Écrit au téléphone");
  await page.getByRole("button", { name: "Enregistrer le brouillon" }).click();
  await expect(page.getByText("C’est enregistré.")).toBeVisible();
  await phone.reload();
  await expect(phone.locator("main [name=statement]")).toHaveValue("Écrit au bureau");
  await context.close();

  // Without script the button saves, and a page that is older is told as well.
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const [one, two] = [await plain.newPage(), await plain.newPage()];
  await signIn(one, email, "une phrase bien à moi");
  await one.goto("/fr/programme/nominate");
  await two.goto("/fr/programme/nominate");
  await one.locator("main [name=statement]").fill("Sans script");
  await one.getByRole("button", { name: "Enregistrer le brouillon" }).click();
  await expect(one.getByText("C’est enregistré.")).toBeVisible();
  await two.locator("main [name=statement]").fill("Plus ancien");
  await two.getByRole("button", { name: "Enregistrer le brouillon" }).click();
  await expect(two.locator(".form-errors")).toContainText("Rien n’a été écrasé");
  await expect(two.locator("main [name=statement]")).toHaveValue("Plus ancien");
  await one.goto("/fr/programme/nominate");
  await expect(one.locator("main [name=statement]")).toHaveValue("Sans script");
  await plain.close();
});

test("S46–S56: a nomination is granted", async ({ page, browser, request }) => {
  test.setTimeout(300_000);
  const email = await signUp(page, { next: "/fr/programme/nominate" });
  const id = await stand(page, request, 1);
  await openWindow(request);
  await seated(browser, id);
  await review(browser, id, 5);
  await answer(browser, id, "grant");
  await page.context().clearCookies();
  await signIn(page, email, "une phrase bien à moi");
  await visit(page, `/fr/programme/nominations/${id}`);
  await expect(page.getByText("Accordée", { exact: true })).toBeVisible();
  await expect(page.locator(".letter")).toBeVisible();
  await accessible(page);
  await visit(page, "/fr/programme/nominate");
  await expect(page.getByText("Vous êtes membre")).toBeVisible();
});

test("S55 S56: refused with reasons, then granted", async ({ page, browser, request }) => {
  test.setTimeout(400_000);
  const email = await signUp(page, { next: "/fr/programme/nominate" });
  const first = await stand(page, request, 2);
  await openWindow(request);
  await seated(browser, first);
  await review(browser, first, 2);
  await answer(browser, first, "refuse");

  // Again, with the reasons beside.
  await page.context().clearCookies();
  await signIn(page, email, "une phrase bien à moi");
  await visit(page, `/fr/programme/nominations/${first}`);
  await expect(page.locator(".letter")).toContainText(REASON);
  await page.getByRole("link", { name: "Se présenter à nouveau" }).click();
  await expect(page.locator(".refusals")).toContainText(REASON);
  const second = await stand(page, request, 3);
  await openWindow(request);
  await seated(browser, second);
  await review(browser, second, 5);
  await answer(browser, second, "grant");
  await page.context().clearCookies();
  await signIn(page, email, "une phrase bien à moi");
  await visit(page, `/fr/programme/nominations/${second}`);
  await expect(page.getByText("Accordée", { exact: true })).toBeVisible();
});
