import { accept, accessible, accounts, book, demoExpert, expect, signIn, test } from "../support.mjs";

test.describe.configure({ mode: "serial" });

/** An accepted booking: its client's page, signed in, and the invoice's address. */
async function invoiced(page, browser, request, { day = 9, customer = "country=NL" } = {}) {
  const { expert, days } = await demoExpert(request);
  const booking = await book(page, expert, days.at(day), { query: `&${customer}` });
  await (await accept(browser, booking)).context().close();
  await page.goto(booking);
  await page.getByRole("link", { name: /INV-\d{4}-\d{6}/ }).click();
  await expect(page).toHaveURL(/\/fr\/documents\/[0-9a-f-]+$/);
  return new URL(page.url()).pathname.split("/").pop();
}

test("S31: an invoice is downloaded as PDF and XML, verified in the browser, and a changed one is found out", async ({ page, request, browser }) => {
  const id = await invoiced(page, browser, request);
  await accessible(page);
  const pdf = await (await page.request.get(`/documents/${id}/pdf`)).body();
  const xml = await (await page.request.get(`/documents/${id}/xml`)).body();
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  expect(xml.toString()).toContain("urn:cen.eu:en16931:2017");
  // A stranger's request gets nothing.
  expect((await request.get(`/documents/${id}/pdf`)).status()).toBe(401);

  await page.goto("/fr/verify");
  await expect(page.locator("html[data-hydrated]")).toHaveCount(1);
  await accessible(page);
  const sent = [];
  page.on("request", (sending) => sent.push(sending.url()));
  const drop = (name, mimeType, buffer) => page.locator("#verify-file").setInputFiles({ name, mimeType, buffer });

  await drop("facture.pdf", "application/pdf", pdf);
  await expect(page.locator("main")).toContainText("Ce document est de nous, et inchangé.");
  await expect(page.locator("main")).toContainText("Tous les chiffres sont justes.");
  await accessible(page);

  await drop("facture.xml", "application/xml", xml);
  await expect(page.locator("main")).toContainText("Ce document est de nous, et inchangé.");

  const forged = Buffer.from(xml.toString().replace(/<ram:DuePayableAmount>[^<]*/, "<ram:DuePayableAmount>1.00"));
  await drop("faux.xml", "application/xml", forged);
  await expect(page.locator("main")).toContainText("modifiées depuis notre signature");
  await expect(page.locator("main")).toContainText("ne sont pas justes");

  const repainted = Buffer.from(pdf);
  const at = repainted.indexOf("/Producer");
  repainted[(at > 0 ? at : 400) + 12] ^= 1;
  await drop("repeint.pdf", "application/pdf", repainted);
  await expect(page.locator("main")).toContainText("le fichier a été modifié depuis");

  await drop("photo.jpg", "image/jpeg", Buffer.from([0xff, 0xd8, 0xff]));
  await expect(page.locator("main")).toContainText("Ce fichier ne peut pas être contrôlé");
  // Nothing was uploaded.
  expect(sent.filter((url) => !url.includes("/pkg/"))).toEqual([]);
});

test("S31: without script the server verifies, and the page says so", async ({ browser, request, baseURL }) => {
  const plain = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await plain.newPage();
  await page.goto("/fr/verify");
  await expect(page.locator("main")).toContainText("Sans script");
  await page.locator("#verify-file").setInputFiles({ name: "x.xml", mimeType: "application/xml", buffer: Buffer.from("<html/>") });
  await page.getByRole("button", { name: "Contrôler ce fichier" }).click();
  await expect(page).toHaveURL(/\/fr\/verify\?report=/);
  await expect(page.locator("main")).toContainText("pas une facture UBL ou CII");
  expect((await request.get("/document-keys.txt")).ok()).toBeTruthy();
  await plain.close();
});

test("an account lists its documents by month, and sets its electronic address", async ({ page }) => {
  await signIn(page, accounts.expert);
  await page.goto("/fr/papers");
  await accessible(page);
  await page.goto("/fr/papers/self-billing");
  await expect(page.locator("main")).toContainText("art. 224");
  await accessible(page);
  await page.goto("/fr/papers/settings");
  await accessible(page);
  // What the yearly report asks of a person is not asked of a firm.
  const seller = page.locator("form", { has: page.locator("[name=tin]") });
  await seller.locator("select[name=kind]").selectOption("entity");
  await expect(seller.locator("[name=birth_date]")).toBeHidden();
  await expect(seller.locator("[name=registration]")).toBeVisible();
  await seller.locator("select[name=kind]").selectOption("person");
  await expect(seller.locator("[name=registration]")).toBeHidden();
  await expect(seller.locator("[name=birth_date]")).toBeVisible();
  await accessible(page);
  const form = page.locator("form", { has: page.locator("input[name=side][value=client]") });
  await form.locator("select[name=scheme]").selectOption("0208");
  await form.locator("input[name=identifier]").fill("0123.456.740");
  await form.locator("button[type=submit]").click();
  await expect(form.locator(".field-error")).toBeVisible();
  await form.locator("input[name=identifier]").fill("0123.456.749");
  await form.locator("button[type=submit]").click();
  await expect(page.locator("main")).toContainText("Vos modifications sont enregistrées.");
});

test("S31: a register that was silent at the booking is asked again by a manager", async ({ page, request, browser }) => {
  // The sandbox's register never answers on numbers that end so.
  const id = await invoiced(page, browser, request, { day: 12, customer: "country=DE&vat_number=DE123400292" });
  await expect(page.locator("main")).toContainText("TVA 21");
  await page.goto(`/fr/documents/${id}`);
  await page.locator("main a[href*='/fr/bookings/']").first().click();
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+$/);
  const booking = new URL(page.url()).pathname;
  await expect(page.getByRole("button", { name: "Interroger à nouveau le registre de la TVA" })).toHaveCount(0);
  const other = await browser.newContext();
  const desk = await other.newPage();
  await signIn(desk, accounts.manager);
  await desk.goto(booking);
  await accessible(desk);
  await desk.getByRole("button", { name: "Interroger à nouveau le registre de la TVA" }).click();
  await expect(desk.locator("main")).toContainText("Le registre ne répond toujours pas.");
  await other.close();
});
