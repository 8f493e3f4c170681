import { accept, accessible, book, demoExpert, expect, fitsWidth, settle, test } from "../support.mjs";

test.describe.configure({ mode: "serial" });

test("S6: a flexible booking is cancelled in time, the refund shown first", async ({ page, request, browser }) => {
  const { expert, days } = await demoExpert(request);
  const booking = await book(page, expert, days.at(30), { query: "&country=NL&flexible=on" });
  const desk = await accept(browser, booking);
  await page.goto(booking);
  await page.getByRole("link", { name: "Annuler la réservation…" }).click();
  await expect(page.locator("main")).toContainText("annulée à temps");
  await accessible(page);
  await fitsWidth(page);
  const refund = await page.locator("#cut-meaning .quote-total .quote-amount").textContent();
  await page.getByRole("button", { name: /Annuler et récupérer/ }).click();
  await expect(page).toHaveURL(/\/fr\/bookings\/[0-9a-f-]+\?done=cut/);
  await expect(page.locator("main")).toContainText(/CN-\d{4}-\d{6}/);
  await expect(page.locator("main")).toContainText(refund.trim());
  await accessible(page);
  await desk.context().close();
});

test("S6: a change of days is paid, asked and made", async ({ page, request, browser }) => {
  const { expert, days } = await demoExpert(request);
  const booking = await book(page, expert, days.at(33), { query: "&country=NL&flexible=on" });
  const desk = await accept(browser, booking);
  await page.goto(`${booking}/change`);
  await accessible(page);
  await fitsWidth(page);
  const confirm = page.locator("#change-meaning");
  const panel = page.locator(".quote-panel");
  await expect(confirm.getByRole("button")).toBeHidden();
  // Every choice has its price at once, beside the form and in the bar of a small screen.
  const before = await panel.locator(".quote-bar-amount").textContent();
  await page.locator("input[name=workstation]").check();
  await expect(panel.locator(".quote-sheet")).toContainText("Différence à payer");
  await expect(panel.locator(".quote-bar-amount")).not.toHaveText(before);
  await page.locator("input[name=workstation]").uncheck();
  await expect(panel.locator(".quote-bar-amount")).toHaveText(before);
  await expect(confirm.getByRole("button")).toBeHidden();
  await page.locator(`input[name=day][value="${days.at(34)}"]`).evaluate((day) => {
    day.closest("details")?.setAttribute("open", "");
  });
  await page.locator(`input[name=day][value="${days.at(34)}"]`).focus();
  await page.keyboard.press("Space");
  await expect(panel.locator(".quote-sheet")).toContainText("Différence à payer");
  const total = await panel.locator(".quote-bar-amount").textContent();
  // The address follows, and gives the same price on the server.
  await expect(page).toHaveURL(new RegExp(`days=${days.at(33)},${days.at(34)}`));
  await page.reload();
  await expect(panel.locator(".quote-bar-amount")).toHaveText(total);
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);
  await panel.getByRole("link", { name: "Confirmer…" }).click();
  await expect(page.getByRole("button", { name: /Modifier et payer/ })).toBeInViewport();
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("button", { name: /Modifier et payer/ }).click();
  await settle(page, "pay");
  await desk.goto(booking);
  await expect(desk.locator("#change")).toContainText("Sans réponse");
  await accessible(desk);
  await desk.getByRole("button", { name: "Accepter la modification" }).click();
  await expect(desk).toHaveURL(/done=changed/);
  await page.goto(booking);
  await expect(page.locator("main")).toContainText(/CN-\d{4}-\d{6}/);
  // What was paid at first, and the difference.
  await expect(page.locator("main")).toContainText(/(iDEAL[^i]+payé[^i]*){2}/);
  await desk.context().close();
});

test("S6: the expert cancels, and everything goes back", async ({ page, request, browser }) => {
  const { expert, days } = await demoExpert(request);
  const booking = await book(page, expert, days.at(36));
  const desk = await accept(browser, booking);
  await desk.goto(`${booking}/cancel`);
  await accessible(desk);
  await desk.getByRole("button", { name: "Annuler toute la mission" }).click();
  await expect(desk).toHaveURL(/done=cut/);
  await page.goto(booking);
  await expect(page.locator("main")).toContainText("Rien n’est gardé");
  await desk.context().close();
});
