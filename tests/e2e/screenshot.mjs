// The README's picture: the services of the first environment with the Play menu open.
import { chromium } from "@playwright/test";
import { address, launchOptions } from "./browser.js";

const browser = await chromium.launch(launchOptions);
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
await page.goto(`${address}?scenario=shop&seed=7`);
await page.getByRole("row").getByRole("link").first().click();
await page.getByRole("button", { name: /^Play / }).nth(1).click();
await page.getByRole("menu").waitFor();
await page.screenshot({ path: "playhead.png" });
await browser.close();
console.log("  wrote tests/e2e/playhead.png");
