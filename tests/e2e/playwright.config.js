import { defineConfig } from "@playwright/test";
import { address, launchOptions } from "./browser.js";

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  // The page keeps its whole world to itself: tests share nothing.
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 30_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    baseURL: address,
    browserName: "chromium",
    launchOptions,
    viewport: { width: 1440, height: 900 },
    // What moves is measured where it ends.
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
});
