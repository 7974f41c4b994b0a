// What the page copies as curl does what its button does.
import { execFileSync } from "node:child_process";
import { expect, test as base } from "@playwright/test";
import { copied } from "./clipboard";
import { Console, open } from "./console";
import { Server } from "./server";

const test = base.extend<{ server: Server; console: Console }>({
  server: async ({ context }, use) => {
    const server = new Server();
    await server.start("--speed", "20");
    await context.grantPermissions(["clipboard-write"], { origin: new URL(server.address).origin });
    await use(server);
    await server.remove();
  },
  console: async ({ page, server }, use) => {
    await page.goto(server.address);
    const console = new Console(page);
    await console.ready();
    await console.enter("staging");
    await use(console);
  },
});

const run = (line: string): string => execFileSync("bash", ["-euc", line], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

test("an action that asks nothing is copied with Alt, and a shell does it", async ({ page, console }) => {
  await console.menu("storefront");
  await page.getByRole("menuitem", { name: "Redeploy", exact: true }).click({ modifiers: ["Alt"] });
  await expect(console.toasts).toContainText("Copied as a curl command");
  const line = await copied(page);
  expect(line).toMatch(/^curl --fail-with-body --request POST 'http:\/\/127\.0\.0\.1:\d+\/api\/\w+\/[-0-9a-f]{36}\/redeploy'$/);
  // Nothing was sent by copying.
  expect(await console.status("storefront")).toBe("Deployment OK");
  run(line);
  await expect.poll(() => console.status("storefront")).not.toBe("Deployment OK");
  await console.expectStatus("storefront", "Deployment OK");
});

test("the same with the keys alone", async ({ page, console }) => {
  await console.menu("storefront");
  await page.getByRole("menuitem", { name: "Redeploy", exact: true }).focus();
  await page.keyboard.press("Alt+Enter");
  await expect(console.toasts).toContainText("Copied as a curl command");
  expect(await copied(page)).toContain("/redeploy'");
});

test("a panel copies what its button would send: the chosen version, the selected services", async ({ page, console }) => {
  await console.press("storefront", "Deploy other version");
  const copy = console.dialog.getByRole("button", { name: "Copy as curl" });
  // Nothing is chosen: there is nothing to copy.
  await expect(copy).toHaveCount(0);
  await console.dialog.getByRole("option").nth(2).click();
  await copy.click();
  await expect(console.toasts).toContainText("Copied as a curl command");
  const line = await copied(page);
  expect(line).toMatch(/\/deploy' \\\n {2}--header 'Content-Type: application\/json' \\\n {2}--data '\{"git_commit_id":"[0-9a-f]{40}"\}'$/);
  await page.keyboard.press("Escape");
  const before = (await console.read("storefront")).version;
  run(line);
  await expect.poll(async () => (await console.read("storefront")).version).not.toBe(before);
  await console.expectStatus("storefront", "Deployment OK");

  const bar = await console.select("storefront", "checkout-api");
  await bar.getByRole("button", { name: /^Stop/ }).click();
  await copy.click();
  await expect.poll(() => copied(page)).toContain("/service/stop'");
  await page.keyboard.press("Escape");
  run(await copied(page));
  for (const name of ["storefront", "checkout-api"]) await console.expectStatus(name, "Stopped");
});

test("a demo has no address: the shell says where the API is, and who asks", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const console = await open(page);
  await console.enter("staging");
  await console.press("storefront", "Stop");
  await console.dialog.getByRole("button", { name: "Copy as curl" }).click();
  await expect.poll(() => copied(page)).toMatch(
    /^curl --fail-with-body --request POST "\$PLAYHEAD_API_URL\/\w+\/[-0-9a-f]{36}\/stop" \\\n {2}--header "Authorization: Token \$PLAYHEAD_TOKEN"$/,
  );
});

test.describe("where the browser does not let the page copy", () => {
  test.beforeEach(({ page }) =>
    page.addInitScript(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error("denied"));
    }),
  );

  test("the line is shown", async ({ page }) => {
    const console = await open(page);
    await console.enter("staging");
    await console.press("storefront", "Stop");
    await console.dialog.getByRole("button", { name: "Copy as curl" }).click();
    await page.keyboard.press("Escape");
    await expect(console.toasts).toContainText("does not let the page copy");
    await expect(console.toasts).toContainText("curl --fail-with-body --request POST");
  });

  test("no part of a line that is too long is shown: it would be another command", async ({ page }) => {
    const console = await open(page, "large", "?q=everything");
    await console.enter("everything");
    await page.getByRole("checkbox", { name: "Select all listed services" }).check();
    await page.getByRole("region", { name: "Selected services" }).getByRole("button", { name: /^Stop/ }).click();
    await console.dialog.getByRole("button", { name: "Copy as curl" }).click();
    await page.keyboard.press("Escape");
    await expect(console.toasts).toContainText("too long to be shown");
    await expect(console.toasts).not.toContainText("curl --fail-with-body");
  });
});
