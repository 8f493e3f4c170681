import { accessible, accounts, amounts, expect, experts, fillDetails, fitsWidth, payAndOpen, settle, signIn, signUp, test, visit } from "../support.mjs";

const days = (expert, count) => expert.free_days.slice(0, count);
const detail = async (request, id) => (await request.get(`/api/v1/experts/${id}`)).json();

test("S1 S5 S11 S17 S24 S35: a client finds, sees the price move, books and pays; the expert accepts; the invoice is the quote", async ({ page, request, browser }) => {
  // The longest way, with axe on ten pages.
  test.slow();
  // Find.
  await visit(page, "/fr");
  await accessible(page);
  await page.getByLabel("Logiciel", { exact: true }).selectOption("revit");
  await page.getByLabel("Près de").fill("Liege");
  await page.getByRole("button", { name: "Rechercher" }).click();
  await expect(page).toHaveURL(/product=revit/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Liège");
  await expect(page.locator(".expert-card").first()).toBeVisible();
  await accessible(page);

  // The expert whose account this journey has; the card's whole surface leads to the profile.
  const own = (await experts(request, "product=revit&level=3&near=2792413&within=25&sort=distance"))[0];
  const whole = await detail(request, own.id);
  await visit(page, `/fr/experts/${own.id}?mode=remote`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(own.name);
  await accessible(page);
  await page.getByRole("link", { name: `Réserver ${own.name}` }).click();
  await expect(page).toHaveURL(/\/book\//);
  const chosen = days(whole, 3);
  await expect(page.locator(`input[name=day][value="${chosen[0]}"]`)).toBeAttached();

  // Live quote: no request of ours goes out while choosing.
  const asked = [];
  page.on("request", (sent) => {
    if (new URL(sent.url()).pathname.startsWith("/api/")) asked.push(sent.url());
  });
  for (const day of chosen) await page.locator(`input[name=day][value="${day}"]`).check({ force: true });
  const panel = page.locator(".quote-panel");
  await expect(panel.locator(".quote-total .quote-amount")).toHaveText(/2.904,00/);
  await page.locator("input[name=flexible]").check();
  await expect(panel.locator(".quote-total .quote-amount")).toHaveText(/3.339,60/);
  await page.locator("input[name=workstation]").check();
  await expect(panel.locator(".quote-total .quote-amount")).toHaveText(/3.527,44|3.527,45/);
  expect(asked, "the browser prices by itself").toEqual([]);
  const seen = await amounts(panel.locator(".quote-amount"));
  const sameCents = () => expect.poll(() => amounts(panel.locator(".quote-amount")), "the quote's amounts, in order").toEqual(seen);
  await accessible(page);

  // The quote survives a reload: everything is in the URL.
  await page.reload();
  await sameCents();

  // Details and payment; signing up in between loses nothing.
  await page.getByRole("button", { name: "Continuer" }).click();
  await expect(page).toHaveURL(/\/details\?/);
  const here = new URL(page.url());
  await signUp(page, { next: here.pathname + here.search });
  await expect(page).toHaveURL(/\/details\?/);
  await sameCents();
  await fillDetails(page);
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await accessible(page);
  await page.locator("main form button[type=submit]").last().click();
  await settle(page, "pay");
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+\/return/);
  await expect(page.getByText("Paiement reçu")).toBeVisible();
  await page.getByRole("link", { name: "Voir la réservation" }).click();
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+$/);
  await accessible(page);
  const booking = new URL(page.url()).pathname;
  // S11: paid, so the expert's contact details are there.
  await expect(page.locator("main")).toContainText(accounts.expert);

  // The expert's side, in another browser.
  const other = await browser.newContext();
  const desk = await other.newPage();
  await signIn(desk, accounts.expert);
  await visit(desk, "/fr/orders");
  await accessible(desk);
  await visit(desk, booking);
  await expect(desk.locator("main")).toContainText("+32 4 000 00 00");
  await accessible(desk);
  await desk.getByRole("button", { name: "Accepter la commande" }).click();
  await expect(desk.locator("main")).toContainText("La mission est confirmée");
  await other.close();

  // The client's invoice: line for line, cent for cent.
  await page.reload();
  await expect(page.locator("main")).toContainText("La mission est confirmée");
  await page.getByRole("link", { name: /INV-\d{4}-\d{6}/ }).click();
  await expect(page).toHaveURL(/\/documents\//);
  await accessible(page);
  const printed = (await page.locator("main").innerText()).replace(/\s/g, " ");
  for (const amount of seen) expect(printed, `the invoice has ${amount}`).toContain(amount);
  const pdf = await page.request.get(await page.getByRole("link", { name: /PDF/ }).getAttribute("href"));
  expect(pdf.headers()["content-type"]).toBe("application/pdf");
  expect((await pdf.body()).subarray(0, 5).toString()).toBe("%PDF-");

  // Both sides heard of it.
  await page.goto("/dev/mail");
  await expect(page.locator("body")).toContainText(accounts.expert);
});

test("S27 S32: on-site work shows its travel, and what the expert does not travel is refused with the reason", async ({ page, request }) => {
  const [expert] = (await experts(request, "mode=on-site&near=2792413&within=25&sort=distance")).filter((found) => found.max_travel_km && found.max_travel_km < 700);
  test.skip(!expert, "no such expert in the demo");
  const whole = await detail(request, expert.id);
  // Marseille, some 750 km away.
  await visit(page, `/fr/book/${expert.id}?days=${days(whole, 2).join(",")}&mode=on-site&place=2995469`);
  await expect(page.locator("input[name=place_text]")).toHaveValue(/Marseille/);
  await expect(page.locator(".quote-panel")).toContainText(new RegExp(`${expert.max_travel_km}`));
  await accessible(page);
});

test("S18: a card that the bank refuses leaves the days held, and another method pays", async ({ page, request }) => {
  const found = await experts(request, "mode=remote&level=1&sort=soonest");
  const whole = await detail(request, found[3].id);
  const next = `/fr/book/${found[3].id}/details?days=${days(whole, 1)[0]}&mode=remote&country=NL`;
  await signUp(page, { next });
  await fillDetails(page);
  await page.locator("input[name=method][value=creditcard]").check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  await settle(page, "fail");
  await expect(page.locator("main")).toContainText("Le paiement a échoué");
  await accessible(page);
});

test("S11 S35: the expert declines, and the client is refunded in full", async ({ page, request, browser }) => {
  const own = (await experts(request, "product=revit&level=3&near=2792413&within=25&sort=distance"))[0];
  const whole = await detail(request, own.id);
  const day = whole.free_days.at(30);
  await signUp(page, { next: `/fr/book/${own.id}/details?days=${day}&mode=remote&country=NL` });
  await fillDetails(page);
  await page.locator("input[name=method][value=bancontact]").check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  const booking = await payAndOpen(page);

  const other = await browser.newContext({ javaScriptEnabled: false });
  const desk = await other.newPage();
  await signIn(desk, accounts.expert);
  await desk.goto(booking);
  await desk.getByText("Décliner…").click();
  await desk.locator("main [name=reason]").fill("Déjà pris par un autre chantier.");
  await desk.getByRole("button", { name: "Décliner la commande" }).click();
  await expect(desk.locator("main")).toContainText("Vous avez décliné cette commande");
  await other.close();

  await page.reload();
  await expect(page.locator("main")).toContainText("remboursé");
  // No longer anybody's to see.
  await expect(page.locator("main")).not.toContainText(accounts.expert);
});

test("a stranger sees neither a booking nor its documents", async ({ page, request }) => {
  const found = await experts(request, "mode=remote&level=2&sort=soonest");
  const whole = await detail(request, found[2].id);
  await signUp(page, { next: `/fr/book/${found[2].id}/details?days=${days(whole, 1)[0]}&mode=remote&country=NL` });
  await fillDetails(page);
  await page.locator("input[name=method][value=ideal]").check();
  await page.locator("input[name=terms]").check();
  await page.locator("main form button[type=submit]").last().click();
  await payAndOpen(page);
  const booking = page.url();
  await page.context().clearCookies();
  await page.goto(booking);
  await expect(page.locator("main")).not.toContainText("Camille Essai");
  await signUp(page);
  await page.goto(booking);
  await expect(page.locator("main")).toContainText("n’existe pas");
  await fitsWidth(page);
});
