import { expect, experts, test } from "../support.mjs";

const nasty = [
  "' OR 1=1 --",
  "<script>alert(1)</script>",
  "\u0000",
  "%ff%fe",
  "🦀".repeat(500),
  "9".repeat(400),
  "-1",
  "2026-02-30",
  "../../etc/passwd",
];

test("bad input in URLs never breaks a page", async ({ request }) => {
  const [expert] = await experts(request, "");
  for (const value of nasty.map(encodeURIComponent)) {
    for (const path of [
      `/fr/experts?product=${value}&sector=${value}&language=${value}&near=${value}&within=${value}&days=${value}&level=${value}&max_rate=${value}&min_rating=${value}&sort=${value}&page=${value}`,
      `/fr/experts?place=${value}`,
      `/fr/experts/${value}`,
      `/fr/book/${expert.id}?days=${value}&mode=${value}&place=${value}&place_text=${value}&licences=${value}&country=${value}&vat_number=${value}`,
      `/fr/bookings/${value}`,
      `/fr/documents/${value}`,
      `/api/v1/experts?product=${value}&near=${value}&page=${value}`,
      `/api/v1/experts/${value}`,
      `/api/v1/places?q=${value}`,
    ]) {
      const answer = await request.get(path, { maxRedirects: 0 });
      expect(answer.status(), path).toBeLessThan(500);
    }
  }
});

test("ten thousand days, tampered bodies and oversized ones are refused by the quote's API", async ({ request }) => {
  const [expert] = await experts(request, "mode=remote&sort=soonest");
  const { free_days } = await (await request.get(`/api/v1/experts/${expert.id}`)).json();
  const good = { expert: expert.id, days: free_days.slice(0, 2), mode: "remote", country: "NL" };
  const price = (data) => request.post("/api/v1/quotes", { data });

  const quote = await (await price(good)).json();
  expect(quote.total.cents).toBe(Math.round(quote.net.cents * 1.21));
  expect(quote.lines.reduce((sum, line) => sum + line.net.cents, 0)).toBe(quote.net.cents);

  const many = Array.from({ length: 10_000 }, (_, i) => new Date(Date.UTC(2027, 0, 1 + i)).toISOString().slice(0, 10));
  for (const [change, field] of [
    [{ days: [] }, "days"],
    [{ days: ["2026-02-30"] }, "days"],
    [{ days: ["2020-01-01"] }, "days"],
    [{ days: many }, "days"],
    [{ mode: "by boat" }, "mode"],
    [{ mode: "on-site", place: 1 }, "place"],
    [{ licences: ["no-such-thing"] }, "licences"],
    [{ country: "nowhere" }, "country"],
    [{ country: "BE", vat_number: "BE0123456789" }, "vat_number"],
  ]) {
    const answer = await price({ ...good, ...change });
    expect(answer.status(), JSON.stringify(change).slice(0, 80)).toBe(422);
    expect(answer.headers()["content-type"]).toContain("application/problem+json");
    const { errors } = await answer.json();
    expect(errors.map((error) => error.field)).toContain(field);
  }
  // A price is not ours to be told.
  expect((await price({ ...good, total: 1 })).status()).toBe(422);
  for (const data of ["{", "[]", "\u00ff".repeat(10)]) {
    const answer = await request.post("/api/v1/quotes", { data, headers: { "content-type": "application/json" } });
    expect(answer.status()).toBeGreaterThanOrEqual(400);
    expect(answer.status()).toBeLessThan(500);
  }
  const huge = await request.post("/api/v1/quotes", { data: "x".repeat(3_000_000), headers: { "content-type": "application/json" } });
  expect([413, 422]).toContain(huge.status());
  expect((await request.get("/api/v1/experts/00000000-0000-0000-0000-000000000000")).status()).toBe(404);
});

test("a form from another site is refused", async ({ request }) => {
  const answer = await request.post("/dev/clock", { form: { hours: "1" }, headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" } });
  expect(answer.status()).toBe(403);
});

test("S1: dates the wrong way round stay in their fields, and the message stands beside them", async ({ page }) => {
  await page.goto("/nl/experts?from=2026-12-05&until=2026-12-01");
  await expect(page.locator("#from")).toHaveValue("2026-12-05");
  await expect(page.locator("#until")).toHaveValue("2026-12-01");
  await expect(page.locator("#until")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator("#days-problem")).toContainText("vóór het begin");
});
