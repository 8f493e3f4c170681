import { accessible, accounts, attachment, expect, experts, fillDetails, fitsWidth, payAndOpen, signIn, signUp, test, visit } from "../support.mjs";

// One after the other: they change one expert's workplace, and nobody overwrites another's change there.
test.describe.configure({ mode: "default" });

const saved = (page, address) =>
  page.waitForResponse((response) => response.request().method() === "POST" && response.url().includes(address) && response.ok());

test("S38 S39: at the workplace a link is refused with its words marked, and saving twice works", async ({ page }) => {
  await signIn(page, accounts.expert);
  // Who is an expert begins there.
  await expect(page).toHaveURL(/\/fr\/work$/);
  await visit(page, "/fr/work/profile");
  await accessible(page);
  const headline = page.locator("input[name=headline]");
  const save = page.locator("form:has(input[name=headline]) button.button-primary");
  const before = await headline.inputValue();

  // The preview follows every key, and marks at once what saving would refuse.
  const preview = page.getByRole("region", { name: "Aperçu" });
  await headline.fill("Revit pour hôpitaux, voir exemple.fr");
  await expect(preview.locator(".lead")).toHaveText("Revit pour hôpitaux, voir exemple.fr");
  await expect(preview.locator("mark")).toHaveText("exemple.fr");
  await expect(preview.getByRole("status")).toContainText("exemple.fr");
  const box = page.locator('input[name="sectors[]"]').first();
  const chosen = await box.isChecked();
  const facts = preview.locator(".facts");
  const shown = await facts.textContent();
  await box.setChecked(!chosen);
  await expect(facts).not.toHaveText(shown);
  await box.setChecked(chosen);
  await expect(facts).toHaveText(shown);
  await accessible(page);
  await save.click();
  await expect(page.locator(".form-errors")).toContainText("exemple.fr");
  await expect(page.locator(".field > .field-error")).toContainText("exemple.fr");
  await expect(headline).toHaveValue("Revit pour hôpitaux, voir exemple.fr");

  // Refused, corrected, and changed once more without loading the page anew: the version goes along.
  for (const text of [`${before} et coordination`, before]) {
    await headline.fill(text);
    const done = saved(page, "save_work_profile");
    await save.click();
    await done;
    await expect(page.locator(".form-errors")).toHaveCount(0);
    await expect(page.locator("input[name=headline]")).toHaveValue(text);
  }
  await page.reload();
  await expect(page.locator("input[name=headline]")).toHaveValue(before);
  await page.setViewportSize({ width: 360, height: 800 });
  await fitsWidth(page);
});

test("S39: words wrongly taken for a contact detail are asked about, allowed by a manager, and saved", async ({ page, browser }) => {
  await signIn(page, accounts.expert);
  await visit(page, "/fr/work/profile");
  const headline = page.locator("input[name=headline]");
  const save = page.locator("form:has(input[name=headline]) button.button-primary");
  const before = await headline.inputValue();
  const words = `atelier-${Date.now()}.fr`;
  const wanted = `Maquettes Revit chez ${words}`;
  await headline.fill(wanted);
  await save.click();

  // Asked with the keyboard; what was typed stays, and stands below the form, too.
  const ask = page.getByRole("button", { name: "Ce n’est pas une coordonnée : demander un avis" });
  await expect(ask).toBeVisible();
  await accessible(page);
  await ask.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".form-errors")).toContainText("Un avis nous est demandé");
  await expect(ask).toHaveCount(0);
  await expect(headline).toHaveValue(wanted);
  const asked = page.getByRole("region", { name: "Vos demandes d’avis" }).getByRole("listitem").filter({ hasText: words });
  await expect(asked).toContainText("demandé, pas encore décidé");
  await accessible(page);

  // A manager refuses nothing without a reason, and allows it.
  const office = await browser.newContext();
  const desk = await office.newPage();
  await signIn(desk, accounts.manager);
  await visit(desk, "/fr/manage/texts");
  await accessible(desk);
  await fitsWidth(desk);
  const waiting = desk.locator(".booking-section").filter({ hasText: words });
  await expect(waiting.locator("mark")).toHaveText(words);
  await waiting.getByRole("button", { name: "Refuser" }).click();
  await expect(desk.locator(".form-errors")).toBeVisible();
  await waiting.getByRole("button", { name: "Autoriser ces mots" }).click();
  await expect(waiting).toHaveCount(0);
  await office.close();

  // From now on it passes, in the preview as on the server.
  await visit(page, "/fr/work/profile");
  await expect(asked).toContainText("autorisé");
  const preview = page.getByRole("region", { name: "Aperçu" });
  for (const text of [wanted, before]) {
    await headline.fill(text);
    await expect(preview.locator(".lead")).toHaveText(text);
    await expect(preview.locator("mark")).toHaveCount(0);
    const done = saved(page, "save_work_profile");
    await save.click();
    await done;
    await expect(page.locator(".form-errors")).toHaveCount(0);
    await expect(headline).toHaveValue(text);
  }
});

test("S32 S38: free days are painted with the keyboard", async ({ page }) => {
  await signIn(page, accounts.expert);
  await visit(page, "/fr/work/calendar");
  await accessible(page);
  const days = page.locator('input[name="days[]"]');
  const day = days.nth(40);
  const value = await day.getAttribute("value");
  const was = await day.isChecked();
  for (const wanted of [!was, was]) {
    const same = page.locator(`input[name="days[]"][value="${value}"]`);
    await same.focus();
    await page.keyboard.press("Space");
    const done = saved(page, "paint_work_days");
    await page.getByRole("button", { name: "Enregistrer ces jours" }).click();
    await done;
    await expect(same).toBeChecked({ checked: wanted });
  }
});

test("S38: what is painted before the stored calendar is read again stays, and can be stored", async ({ page }) => {
  await signIn(page, accounts.expert);
  await visit(page, "/fr/work/calendar");
  const days = await page
    .locator('input[name="days[]"]')
    .evaluateAll((boxes) => boxes.filter((box) => box.checked).slice(30, 32).map((box) => box.value));
  const box = (day) => page.locator(`input[name="days[]"][value="${day}"]`);
  const paint = page.getByRole("button", { name: "Enregistrer ces jours" });
  // The first answer waits until the second change is stored: it is older than what the page shows. The second waits
  // until the first has come.
  const opening = [];
  const gates = [0, 1].map(() => new Promise((resolve) => opening.push(resolve)));
  let read = 0;
  await page.route("**/api/work_calendar?*", async (route) => {
    const gate = gates[read];
    read += 1;
    const answer = await route.fetch();
    await gate;
    await route.fulfill({ response: answer });
  });
  for (const day of days) {
    await box(day).uncheck();
    const done = saved(page, "paint_work_days");
    await paint.click();
    await done;
  }
  const version = page.locator('form:has(input[name="days[]"]) input[name=version]');
  const own = await version.getAttribute("value");
  opening[0]();
  // The second reading begins when the first has been taken in.
  await expect.poll(() => read).toBe(2);
  for (const day of days) await expect(box(day)).not.toBeChecked();
  opening[1]();
  await page.unroute("**/api/work_calendar?*", { behavior: "wait" });
  for (const day of days) await expect(box(day)).not.toBeChecked();
  await page.reload();
  for (const day of days) await expect(box(day)).not.toBeChecked();
  await expect(version).toHaveValue(own);
  for (const day of days) await box(day).check();
  const done = saved(page, "paint_work_days");
  await paint.click();
  await done;
  await page.reload();
  for (const day of days) await expect(box(day)).toBeChecked();
});

test("S38: a period is blocked with the keyboard, and saving the week keeps what is painted", async ({ page }) => {
  await signIn(page, accounts.expert);
  await visit(page, "/fr/work/calendar");
  // Three free days in a row.
  const row = await page.locator('input[name="days[]"]').evaluateAll((boxes) => {
    const free = boxes.filter((box) => box.checked).map((box) => box.value);
    const after = (day) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
    const first = free.find((day) => free.includes(after(day)) && free.includes(after(after(day))));
    return [first, after(first), after(after(first))];
  });
  const box = (day) => page.locator(`input[name="days[]"][value="${day}"]`);
  const all = async (checked) => {
    for (const day of row) await expect(box(day)).toBeChecked({ checked });
  };
  await box(row[0]).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await all(false);
  const version = page.locator('form:has(input[name="days[]"]) input[name=version]');
  const before = await version.getAttribute("value");
  let done = saved(page, "save_work_pattern");
  await page.locator("form:has([name=works_holidays]) button[type=submit]").click();
  await done;
  // The page was read again.
  await expect(version).not.toHaveValue(before);
  await all(false);
  const paint = page.getByRole("button", { name: "Enregistrer ces jours" });
  done = saved(page, "paint_work_days");
  await paint.click();
  await done;
  await page.reload();
  await all(false);
  await box(row[0]).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await all(true);
  done = saved(page, "paint_work_days");
  await paint.click();
  await done;
  await page.reload();
  await all(true);
});

test("S38: a calendar's file marks its days, and what is painted meanwhile stays", async ({ page }) => {
  await signIn(page, accounts.expert);
  await visit(page, "/fr/work/calendar");
  const [day, busy] = await page
    .locator('input[name="days[]"]')
    .evaluateAll((boxes) => boxes.filter((box) => box.checked).slice(25, 27).map((box) => box.value));
  const file = (name, content) => ({ name, mimeType: "text/calendar", buffer: Buffer.from(content) });
  const event = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//test//fr",
    "BEGIN:VEVENT",
    "UID:chantier@client.example",
    "DTSTAMP:20260101T000000Z",
    `DTSTART;VALUE=DATE:${busy.replaceAll("-", "")}`,
    "SUMMARY:Chantier",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
  const box = (day) => page.locator(`#day-${day}`);
  const bring = page.locator('form[action="/work/calendars"]');

  // Painted, not saved.
  await box(day).focus();
  await page.keyboard.press("Space");
  await expect(box(day)).not.toBeChecked();

  // No calendar: said beside the field, the name is there still, and so is what was painted.
  await bring.locator("input[name=name]").fill("Chantiers");
  await bring.locator("input[type=file]").setInputFiles(file("plan.ics", "<html>"));
  await bring.getByRole("button", { name: "Ajouter ce fichier" }).click();
  await expect(bring.locator(".field-error")).toContainText("n’est pas un calendrier");
  await expect(bring.locator("input[name=name]")).toHaveValue("Chantiers");
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
  await expect(box(day)).not.toBeChecked();
  await accessible(page);

  await bring.locator("input[type=file]").setInputFiles(file("plan.ics", event));
  await bring.getByRole("button", { name: "Ajouter ce fichier" }).click();
  const row = page.locator(".work-records li", { hasText: "Chantiers" });
  await expect(row).toContainText("1");
  await expect(page.locator(".flash")).toBeVisible();
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
  await expect(box(day)).not.toBeChecked();
  await expect(page.locator(`[data-day="${busy}"]`)).toHaveClass(/day-elsewhere/);
  await expect(box(busy)).toHaveAccessibleName(/occupé dans un autre agenda/);

  // A later refusal takes the word of success away.
  const elsewhere = page.locator("form:has(input[name=address])");
  await elsewhere.locator("input[name=address]").fill("http://agenda.example/a.ics");
  await elsewhere.getByRole("button").click();
  await expect(elsewhere.locator(".field-error")).toContainText("https://");
  await expect(page.locator(".flash")).toHaveCount(0);
  await expect(elsewhere.locator("input[name=address]")).toHaveValue("http://agenda.example/a.ics");
  await expect(box(day)).not.toBeChecked();

  await page.setViewportSize({ width: 360, height: 800 });
  await fitsWidth(page);
  const removed = saved(page, "remove_work_calendar");
  await row.getByRole("button").click();
  await removed;
  await expect(row).toHaveCount(0);
});

test("S31 S38: the public holidays of a region are chosen, shown by name, and left again", async ({ page }) => {
  await signIn(page, accounts.expert);
  await visit(page, "/fr/work/calendar");
  const region = page.locator("select[name=region]");
  const save = page.locator("form:has(select[name=region]) button[type=submit]");
  for (const code of ["BE-DG", ""]) {
    await region.selectOption(code);
    const done = saved(page, "save_work_pattern");
    await save.click();
    await done;
    await page.reload();
    await expect(region).toHaveValue(code);
    const day = page.locator('[title="Fête de la Communauté germanophone"]');
    await (code ? expect(day).not.toHaveCount(0) : expect(day).toHaveCount(0));
  }
  await page.setViewportSize({ width: 360, height: 800 });
  await fitsWidth(page);
});

test("S11 S25 S30: an order, a letter answered, earnings, and where payouts go", async ({ page, request, browser }) => {
  // A client books and pays.
  const own = (await experts(request, "product=revit&level=3&near=2792413&within=25&sort=distance"))[0];
  const whole = await (await request.get(`/api/v1/experts/${own.id}`)).json();
  const chosen = whole.free_days.slice(-2);
  const booking = `/fr/book/${own.id}/details?mode=remote&days=${chosen.join(",")}`;
  await signUp(page, { next: booking });
  await expect(page).toHaveURL(/\/details\?/);
  await fillDetails(page);
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  const id = (await payAndOpen(page)).split("/").pop();
  await visit(page, `/fr/messages/${id}`);
  await page.locator("textarea[name=body]").fill("Le modèle est-il prêt lundi ?");
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page.locator(".messages")).toContainText("Le modèle est-il prêt lundi ?");

  // A file that is not what its name says: nothing is sent, the text stays, the field says which file and why.
  await page.locator("textarea[name=body]").fill("Voici le plan du rez-de-chaussée.");
  await page.locator("#message-files").setInputFiles(attachment("plan.pdf", "<!doctype html><script>alert(1)</script>"));
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page.locator("#message-files-error")).toContainText("plan.pdf n’est pas un PDF, PNG ou JPEG complet");
  await expect(page.locator("textarea[name=body]")).toHaveValue("Voici le plan du rez-de-chaussée.");
  await expect(page.locator(".messages")).not.toContainText("rez-de-chaussée");
  await accessible(page);
  await page.locator("#message-files").setInputFiles(attachment("plan.pdf"));
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page.getByRole("link", { name: "plan.pdf" })).toBeVisible();
  await expect(page.locator("textarea[name=body]")).toHaveValue("");
  await accessible(page);

  // The expert sees the order and answers.
  const other = await browser.newContext();
  const desk = await other.newPage();
  await signIn(desk, accounts.expert);
  await visit(desk, "/fr/work");
  await expect(desk.locator(`main a[href$="/bookings/${id}"]`).first()).toBeVisible();
  await visit(desk, "/fr/work/messages");
  await accessible(desk);
  await desk.locator(`main a[href$="/messages/${id}"]`).click();
  const fetched = desk.waitForEvent("download");
  await desk.getByRole("link", { name: "plan.pdf" }).click();
  expect((await fetched).suggestedFilename()).toBe("plan.pdf");
  await desk.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(desk);
  await desk.setViewportSize({ width: 1280, height: 800 });
  await desk.locator("textarea[name=body]").fill("Oui, dès neuf heures.");
  await desk.getByRole("button", { name: "Envoyer" }).click();
  await expect(desk.locator(".messages")).toContainText("Oui, dès neuf heures.");
  await page.reload();
  await expect(page.locator(".messages")).toContainText("Oui, dès neuf heures.");

  await visit(desk, "/fr/work/earnings");
  await accessible(desk);
  await expect(desk.locator("main")).toContainText("Le barème, et où vous en êtes");

  // S31: another bank account waits, and can be struck.
  await visit(desk, "/fr/work/settings");
  await accessible(desk);
  await desk.locator("input[name=iban]").fill("NL91 ABNA 0417 1643 01");
  const bank = desk.locator("form:has(input[name=iban]) button[type=submit]");
  await bank.click();
  await expect(desk.locator("form:has(input[name=iban]) .form-errors")).toBeVisible();
  await expect(desk.locator("main")).toContainText("Lire et accepter la convention d'autofacturation");
  await other.close();
});
