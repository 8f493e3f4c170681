// Journeys in a real browser against the release build. The servers are started (and stopped) here, on loopback.
import { defineConfig } from "@playwright/test";

const port = 3460;
export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  // Journeys share one server and two cores; each uses its own accounts, so they may still run side by side.
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: process.env.CI ? [["list"]] : [["list"], ["html", { open: "never", outputFolder: "playwright-report" }]],
  projects: [
    { name: "journeys", testIgnore: /(clock|candidate|programme|reviews)\.spec/ },
    // Puts the one clock forward for everybody: alone, and last.
    { name: "clock", testMatch: /clock\.spec/, dependencies: ["journeys"] },
    // So does this one, to the day of an interview.
    { name: "candidate", testMatch: /candidate\.spec/, dependencies: ["clock"] },
    // And this one, from window to window of the recognition programme; its two journeys one after the other.
    { name: "programme", testMatch: /programme\.spec/, dependencies: ["candidate"] },
    // And this one, to the end of an assignment.
    { name: "reviews", testMatch: /reviews\.spec/, dependencies: ["programme"] },
  ],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: "fr-FR",
    // Far from the platform's own zone, so that a page which reads the browser's is found out.
    timezoneId: "America/New_York",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.GABARIT_CHROMIUM || undefined,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: "./serve.sh",
    cwd: import.meta.dirname,
    url: `http://127.0.0.1:${port}/readyz`,
    timeout: 120_000,
    reuseExistingServer: false,
    stdout: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 15_000 },
    env: { GABARIT_E2E_PORT: String(port) },
  },
});
