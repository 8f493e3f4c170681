import { accessible, expect, experts, fitsWidth, test, visit } from "../support.mjs";

const still = ["", "/levels", "/rentals", "/rentals/order", "/how-it-works", "/faq", "/privacy", "/accessibility", "/terms", "/about-data", "/sign-in", "/sign-up", "/programme", "/programme/members", "/programme/benefits", "/programme/nominate", "/licences/DEMQ-4WXK", "/nowhere"];

for (const language of ["fr", "nl", "en"]) {
  for (const width of [360, 1280]) {
    test(`S2 S23 S24: every page in ${language} at ${width} px: accessible, no wider than the screen, no console error`, async ({ page, request }) => {
      test.setTimeout(180_000);
      await page.setViewportSize({ width, height: 800 });
      const [expert] = await experts(request, "product=revit&mode=on-site");
      const paths = [
        ...still,
        "/experts",
        "/experts?product=revit&place=Bruxelles&within=200&mode=on-site&sort=distance&page=1",
        "/experts?level=4&max_rate=10",
        "/experts?place=xyzzyx",
        `/experts/${expert.id}`,
        "/experts/00000000-0000-0000-0000-000000000000",
        `/book/${expert.id}`,
        `/book/${expert.id}?days=2020-01-01,2026-02-30&mode=on-site`,
      ];
      for (const path of paths) {
        await visit(page, `/${language}${path}`);
        await expect.soft(page.locator("html"), path).toHaveAttribute("lang", language);
        await expect.soft(page.locator("h1"), path).toHaveCount(1);
        await accessible(page);
        await fitsWidth(page);
      }
    });
  }
}

test("the first address leads to the reader's language", async ({ request }) => {
  for (const [wanted, language] of [["nl-BE,nl;q=0.9,en;q=0.5", "nl"], ["en-GB", "en"], ["pt", "fr"], ["", "fr"]]) {
    const answer = await request.get("/", { headers: { "accept-language": wanted }, maxRedirects: 0 });
    expect(answer.headers().location).toBe(`/${language}`);
  }
});

test("dark and reduced motion, too", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  for (const path of ["/fr", "/fr/experts", "/fr/levels"]) {
    await visit(page, path);
    await accessible(page);
  }
});

test("where an area's code cannot be fetched, links lead on by ordinary loads", async ({ browser }) => {
  // A context of its own: the refused files are errors in its console.
  const context = await browser.newContext();
  const page = await context.newPage();
  await visit(page, "/fr");
  await page.route(/\/pkg\/(split_|chunk_)/, (route) => route.abort());
  await page.getByRole("link", { name: "Niveaux et tarifs" }).first().click();
  await expect(page).toHaveURL(/\/fr\/levels$/);
  await expect(page.getByRole("heading", { level: 1, name: "Niveaux et tarifs" })).toBeVisible();
  await page.getByRole("link", { name: "Trouver un·e expert·e" }).first().click();
  await expect(page.locator(".expert-card").first()).toBeVisible();
  await expect(page).toHaveURL(/\/fr\/experts$/);
  // Once the files can be had again, the page wakes.
  await page.unroute(/\/pkg\/(split_|chunk_)/);
  await visit(page, "/fr/experts");
  await context.close();
});
