// Journeys in a real browser against the release build. The servers are started (and stopped) here, on loopback.
import { defineConfig } from "@playwright/test";

// Each server has its port, and the sandbox the next one.
const port = 3460;
const privatePort = 3470;
const postgresPort = 3480;
const address = (port) => `http://127.0.0.1:${port}`;

/** The platform on a port; its database is its own, and thrown away. */
const server = (port, { command = "./serve.sh", env = {} } = {}) => ({
  command,
  cwd: import.meta.dirname,
  url: `${address(port)}/readyz`,
  timeout: 180_000,
  reuseExistingServer: false,
  stdout: "pipe",
  gracefulShutdown: { signal: "SIGTERM", timeout: 20_000 },
  env: { GABARIT_E2E_PORT: String(port), ...env },
});

// Whoever has no PostgreSQL leaves it out, and says so. Nothing else does: where it is missing, nothing runs.
const postgres = process.env.GABARIT_E2E_POSTGRES !== "off";
if (!postgres && process.env.CI) throw new Error("GABARIT_E2E_POSTGRES=off: CI runs the main journey on PostgreSQL, too");

export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  // Journeys share one server and two cores; each uses its own accounts, so they may still run side by side.
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 150_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["./summary.mjs"], ...(process.env.CI ? [] : [["html", { open: "never", outputFolder: "playwright-report" }]])],
  projects: [
    { name: "journeys", testIgnore: /(clock|candidate|programme|reviews|private)\.spec/ },
    // Puts the one clock forward for everybody: alone, and last.
    { name: "clock", testMatch: /clock\.spec/, dependencies: ["journeys"] },
    // So does this one, to the day of an interview.
    { name: "candidate", testMatch: /candidate\.spec/, dependencies: ["clock"] },
    // And this one, from window to window of the recognition programme; its two journeys one after the other.
    { name: "programme", testMatch: /programme\.spec/, dependencies: ["candidate"] },
    // And this one, to the end of an assignment.
    { name: "reviews", testMatch: /reviews\.spec/, dependencies: ["programme"] },
    // Where the operator takes private clients: a server of its own, since it is a setting.
    { name: "private", testMatch: /private\.spec/, use: { baseURL: address(privatePort) } },
    // The main journey once more, client and expert, on the other database.
    ...(postgres
      ? [
          {
            name: "postgres",
            testMatch: /main\.spec/,
            grep: [/S1 S5 S11 S17 S24 S35/, /the expert declines/],
            workers: 1,
            use: { baseURL: address(postgresPort) },
          },
        ]
      : []),
  ],
  use: {
    baseURL: address(port),
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
  webServer: [
    server(port),
    server(privatePort, { env: { GABARIT_PRIVATE_CLIENTS: "on" } }),
    ...(postgres
      ? [
          server(postgresPort, {
            command: "../scripts/pg.sh run -- ./serve.sh",
            env: { GABARIT_E2E_DATABASE: "postgres" },
          }),
        ]
      : []),
  ],
});
