import { accessible, expect, experts, fitsWidth, signUp, test, visit } from "../support.mjs";

test("S4 S43: an expert kept in mind, a search followed, and both let go", async ({ page, request }) => {
  const [expert] = await experts(request, "product=revit&mode=remote&level=3");
  await signUp(page, { next: `/fr/experts/${expert.id}` });
  await page.getByRole("button", { name: `Garder ${expert.name} dans ma sélection` }).click();
  await expect(page.getByRole("button", { name: `Retirer ${expert.name} de ma sélection` })).toBeVisible();
  await accessible(page);

  await visit(page, "/fr/experts?product=revit&mode=remote&level=3");
  await page.getByText("Suivre cette recherche").click();
  await page.getByLabel("Nom de la recherche").fill("Revit à distance");
  await page.getByRole("button", { name: "Enregistrer la recherche" }).click();
  await expect(page).toHaveURL(/\/fr\/saved\?notice=saved$/);
  await expect(page.getByRole("status").filter({ hasText: "enregistrées" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Revit à distance" })).toBeVisible();
  await expect(page.getByRole("link", { name: expert.name })).toBeVisible();
  await accessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await fitsWidth(page);

  await page.getByRole("button", { name: "Oublier « Revit à distance »" }).click();
  await expect(page.getByText("Aucune recherche enregistrée.")).toBeVisible();
  await page.getByRole("button", { name: `Retirer ${expert.name} de ma sélection` }).click();
  await expect(page.getByText("Aucun expert gardé.")).toBeVisible();
});

test("what is kept asks visitors to sign in", async ({ page }) => {
  const answer = await visit(page, "/fr/saved");
  expect(answer.status()).toBe(401);
  await expect(page.locator("main").getByRole("link", { name: /Se connecter/ })).toBeVisible();
});
