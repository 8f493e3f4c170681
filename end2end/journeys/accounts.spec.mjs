// Accounts: an address confirmed, a password forgotten, sessions ended, two steps, a manager invited. Mail is read where
// people without a mail server read it, at /dev/mail; codes are computed as an authenticator app does.
import { createHmac } from "node:crypto";
import { accessible, accounts, expect, fitsWidth, hydrated, mailed as mailedAs, signIn, signUp, test, visit } from "../support.mjs";

const NEW = "une toute autre phrase";

/** The link of the newest mail to an address whose path starts so. */
const mailed = (page, email, path) => mailedAs(page, email, new RegExp(`/(?:fr|nl|en)/${path}\\?token=[\\w-]{43}`));

/** The code of a seed in base 32 at an instant (RFC 6238). */
function code(secret, seconds) {
  const bits = [...secret.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const tag = createHmac("sha1", key).update(step).digest();
  const number = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** The server's own time: a demonstration's clock may be ahead. */
async function now(page) {
  const text = await (await page.request.get("/dev/clock")).text();
  const ahead = text.match(/datetime="([^"]+)"/);
  return ahead ? Date.parse(ahead[1]) / 1000 : Date.now() / 1000;
}

/** Types codes until one fits: the clock may stand at the edge of a step, or the step's code be used. */
async function typeCode(page, secret, field = "code") {
  await expect(async () => {
    await page.locator(`main [name=${field}]`).fill(code(secret, await now(page)));
    await page.locator("main form", { has: page.locator(`[name=${field}]`) }).locator("button[type=submit]").click();
    await expect(page.locator(`main [name=${field}]`)).toHaveCount(0, { timeout: 4_000 });
  }).toPass({ timeout: 90_000, intervals: [5_000] });
}

async function signOut(page) {
  await page.locator(".site-tools").getByRole("button", { name: "Se déconnecter" }).click();
  await expect(page).toHaveURL(/notice=signed-out/);
}

test("S26: the address confirms itself by a link, and a forgotten password is set anew", async ({ page }) => {
  const email = await signUp(page);
  await visit(page, "/fr/account");
  await expect(page.getByText("n’est pas encore confirmée")).toBeVisible();
  await accessible(page, "account");
  await visit(page, await mailed(page, email, "confirm-email"));
  await page.getByRole("button", { name: "Confirmer" }).click();
  await expect(page).toHaveURL(/email-confirmed/);
  await expect(page.getByText("confirmée", { exact: true })).toBeVisible();

  await signOut(page);
  await visit(page, "/fr/sign-in");
  await page.getByRole("link", { name: "Mot de passe oublié" }).click();
  await page.getByLabel("Adresse e-mail").fill(email);
  await accessible(page, "forgot-password");
  await page.locator("main form button[type=submit]").click();
  await expect(page.getByText("un lien est en route")).toBeVisible();
  const link = await mailed(page, email, "reset-password");
  await visit(page, link);
  await page.getByLabel("Nouveau mot de passe").fill("court");
  await page.locator("main form button[type=submit]").click();
  await expect(page.locator(".field-error")).toBeVisible();
  await page.getByLabel("Nouveau mot de passe").fill(NEW);
  await page.locator("main form button[type=submit]").click();
  await expect(page).toHaveURL(/password-set/);
  await signIn(page, email, NEW);
  // Once, and never again.
  await page.goto(link);
  await expect(page.getByText("a déjà servi")).toBeVisible();
});

test("S26: without script, a forgotten password is set anew", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const email = await signUp(page, { script: false });
  await context.clearCookies();
  await page.goto("/fr/forgot-password");
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.locator("main form button[type=submit]").click();
  await expect(page.getByText("un lien est en route")).toBeVisible();
  await page.goto(await mailed(page, email, "reset-password"));
  await page.getByLabel("Nouveau mot de passe").fill(NEW);
  await page.locator("main form button[type=submit]").click();
  await expect(page).toHaveURL(/password-set/);
  await signIn(page, email, NEW);
  await context.close();
});

test("S26: sessions are seen and ended from another browser", async ({ page, browser }) => {
  const email = await signUp(page);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await signIn(other, email, "une phrase bien à moi");
  await visit(page, "/fr/account");
  await expect(page.locator(".session-row")).toHaveCount(2);
  await expect(page.locator(".session-row").filter({ hasText: "celle-ci" })).toHaveCount(1);
  await page.getByRole("button", { name: "Déconnecter partout ailleurs" }).click();
  await expect(page.locator(".session-row")).toHaveCount(1);
  await other.goto("/fr/account");
  await expect(other.getByText("Connectez-vous pour continuer")).toBeVisible();
  await elsewhere.close();
});

test("S26: another address is confirmed from there, and taken back from the old one", async ({ page }) => {
  const email = await signUp(page);
  const fresh = email.replace("essai-", "neuf-");
  await visit(page, "/fr/account");
  await page.getByText("Changer d’adresse").click();
  await page.getByLabel("Nouvelle adresse").fill(fresh);
  await page.getByRole("button", { name: "Envoyer le lien", exact: true }).click();
  await expect(page.getByText(`${fresh} la remplacera`)).toBeVisible();
  await visit(page, await mailed(page, fresh, "change-email"));
  await page.getByRole("button", { name: "Utiliser cette adresse" }).click();
  await expect(page).toHaveURL(/email-changed/);
  await visit(page, await mailed(page, email, "revert-email"));
  await page.getByLabel("Nouveau mot de passe").fill(NEW);
  await page.locator("main form button[type=submit]").click();
  await expect(page).toHaveURL(/email-reverted/);
  await signIn(page, email, NEW);
});

test("S26: an invited manager signs in in two steps; the console opens then", async ({ page, browser }) => {
  test.setTimeout(240_000);
  const manager = await browser.newContext();
  const console_ = await manager.newPage();
  await signIn(console_, accounts.manager);
  await visit(console_, "/fr/manage/managers");
  await accessible(console_, "managers");
  await console_.setViewportSize({ width: 360, height: 800 });
  await fitsWidth(console_, "managers");
  const email = `gestion-${Date.now()}@gabarit.example`;
  await console_.getByLabel("Adresse e-mail").fill(email);
  await console_.getByRole("button", { name: "Envoyer l’invitation" }).click();
  await expect(console_.locator(".session-row").filter({ hasText: email })).toBeVisible();
  await manager.close();

  await visit(page, await mailed(page, email, "invitation"));
  await page.getByLabel("Nom complet").fill("Gestion Essai");
  await page.getByLabel("Mot de passe").fill(NEW);
  await page.getByRole("button", { name: "Accepter" }).click();
  await expect(page).toHaveURL(/account\/two-step/);
  await page.goto("/fr/manage");
  await expect(page.getByText("se connectent en deux étapes")).toBeVisible();
  await visit(page, "/fr/account/two-step");
  await page.getByRole("button", { name: "L’activer" }).click();
  const secret = await page.locator("code.secret").innerText();
  await expect(page.locator("svg.qr path.qr-dark")).toBeAttached();
  await accessible(page, "two-step, being set up");
  await typeCode(page, secret);
  await expect(page.locator(".code-list li")).toHaveCount(10);
  await accessible(page, "two-step, on");
  const recovery = await page.locator(".code-list code").first().innerText();
  await page.getByRole("link", { name: "Ouvrir la console" }).click();
  await expect(page.locator(".console")).toBeVisible();

  await signOut(page);
  await visit(page, "/fr/sign-in?next=%2Ffr%2Fmanage");
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.getByLabel("Mot de passe").fill(NEW);
  await page.locator("main form button[type=submit]").click();
  await expect(page).toHaveURL(/sign-in\/code/);
  await hydrated(page);
  await typeCode(page, secret);
  await expect(page).toHaveURL(/\/fr\/manage$/);

  // A lost device: a recovery code, once.
  await signOut(page);
  await visit(page, "/fr/sign-in");
  await page.getByLabel("Adresse e-mail").fill(email);
  await page.getByLabel("Mot de passe").fill(NEW);
  await page.locator("main form button[type=submit]").click();
  await expect(page).toHaveURL(/sign-in\/code/);
  await page.locator("main [name=code]").fill(recovery.toUpperCase());
  await page.locator("main form button[type=submit]").click();
  await expect(page).not.toHaveURL(/sign-in/);
});

const lists = {
  fr: [/^Nom complet : /, /^Adresse e-mail : /, /^Mot de passe : /],
  nl: [/^Volledige naam: /, /^E-mailadres: /, /^Wachtwoord: /],
  en: [/^Full name: /, /^E-mail address: /, /^Password: /],
};
for (const javaScriptEnabled of [true, false]) {
  test(`S26: ${javaScriptEnabled ? "with" : "without"} script, the list of errors names each field and leads to it, in three languages`, async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    for (const [locale, lines] of Object.entries(lists)) {
      await visit(page, `/${locale}/sign-up`, { script: javaScriptEnabled });
      await page.locator("main form button[type=submit]").click();
      const links = page.locator(".form-errors a");
      await expect(links).toHaveCount(lines.length);
      const texts = await links.allInnerTexts();
      for (const line of lines) expect(texts.some((text) => line.test(text)), `${line} in ${texts}`).toBeTruthy();
      await links.filter({ hasText: lines[1] }).click();
      await expect(page.locator("main [name=email]")).toBeFocused();
    }
    await context.close();
  });
}
