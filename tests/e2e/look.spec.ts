import { test } from "@playwright/test";
import { Live } from "./live/server";
const token = "tok-abc.def";
test("look", async ({ page }) => {
  test.setTimeout(120000);
  const live = await Live.start({ token });
  page.on("console", m => console.log(m.type(), m.text().slice(0,300)));
  page.on("pageerror", e => console.log("ERR", e.message));
  await page.goto("?panel=connection");
  await page.getByLabel("The product's API").check();
  await page.getByLabel("Address of the API").fill(live.url);
  await page.getByLabel("Token", {exact: true}).fill(token);
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("row").getByRole("link").first().waitFor();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: "/tmp/shots/live-envs.png" });
  console.log(live.requests.map(r => r.method + " " + r.path + " " + JSON.stringify(r.query)).join("\n"));
  const names = await page.getByRole("row").getByRole("link").allInnerTexts();
  console.log(names);
  for (const name of names) {
    await page.getByRole("row").getByRole("link", { name, exact: true }).click();
    await page.waitForTimeout(1500);
    await page.screenshot({ path: `/tmp/shots/live-${name}.png` });
    if (name === names[0]) {
      await page.getByRole("button", { name: /^Play / }).nth(1).click();
      await page.waitForTimeout(500);
      await page.screenshot({ path: `/tmp/shots/live-menu.png` });
      await page.keyboard.press("Escape");
    }
    await page.goBack();
  }
  console.log(live.listeners, live.requests.length);
});
