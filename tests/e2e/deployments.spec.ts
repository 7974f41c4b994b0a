// The deployments of an environment: which there were, what was done in each, and what was logged; followed as one goes on.
import { expect, type Locator, type Page } from "@playwright/test";
import { openEnvironment } from "./console";
import { hold, underWay } from "./held";
import { openHome, test } from "./homes";
import { badge, connect, refresh } from "./live/connected";

const list = (page: Page): Locator => page.getByRole("list", { name: "Deployments" }).getByRole("link");
const one = (page: Page): Locator => page.getByRole("region", { name: /^(Deploy|Redeploy|Stop|Restart)/ });
const writer = (page: Page): Locator => page.getByRole("combobox", { name: "Lines of" });
const lines = (page: Page): Locator => page.getByRole("list", { name: "Log" }).getByRole("listitem");
const service = (page: Page, name: string): Locator =>
  one(page).getByRole("list", { name: /^Stage / }).getByRole("listitem").filter({ hasText: name });
const playhead = (page: Page): Locator => page.getByRole("slider", { name: "Playhead" });

/** From the services of an environment to its deployments. */
async function past(page: Page): Promise<void> {
  await page.getByRole("main").getByRole("link", { name: "Deployments" }).click();
  await expect(list(page).first()).toBeVisible();
}

test("the last deployment is shown with what was done and what was logged, and every one has an address", async ({ page }) => {
  await openEnvironment(page, "staging");
  await past(page);
  await expect(page).toHaveTitle("Deployments of staging · Playhead");
  await expect(page.getByRole("navigation", { name: "Place" })).toContainText("staging/Deployments");
  await expect(list(page)).toHaveCount(2);
  await expect(list(page).first()).toHaveAttribute("aria-current", "true");
  await expect(list(page).first()).toContainText(/Deploy version.*Build error.*Dan Fixture, API.*1 service/);
  await expect(service(page, "notifications")).toContainText(/Build error.*[0-9a-f]{7}/);
  await expect(one(page)).toContainText("The last error, of notifications");
  await expect(lines(page).first()).toContainText("+0:00");
  await expect(lines(page).last()).toContainText("Error: ");

  await list(page).nth(1).click();
  await expect(list(page).nth(1)).toHaveAttribute("aria-current", "true");
  await expect(one(page).getByRole("heading", { level: 2 })).toHaveText(/Redeploy\s*Deployment OK/);
  await expect(service(page, "checkout-api")).toContainText("Deployment OK");
  const address = page.url();
  await page.reload();
  await expect(one(page).getByRole("heading", { level: 2 })).toHaveText(/Redeploy\s*Deployment OK/);
  expect(page.url()).toBe(address);
  await page.goBack();
  await expect(one(page).getByRole("heading", { level: 2 })).toHaveText(/Build error/);
  await page.getByRole("navigation", { name: "Place" }).getByRole("link", { name: "staging" }).click();
  await expect(page.getByRole("grid", { name: "Services" })).toBeVisible();
});

test("from a service that failed one step leads to what was logged of it, and from any other to its last deployment", async ({
  page,
}) => {
  const console = await openEnvironment(page, "staging");
  const links = (name: string) => console.row(name).getByRole("link");
  await expect(links("checkout-api")).toHaveText(["Redeploy"]);
  await expect(links("notifications")).toHaveText(["Log", "Deploy version"]);
  await links("notifications").first().click();
  await expect(one(page).getByRole("heading", { level: 2 })).toHaveText(/Deploy version\s*Build error/);
  await expect(writer(page).locator(":checked")).toHaveText("notifications");
  await expect(lines(page).last()).toContainText("Error: ");

  await page.goBack();
  await links("checkout-api").click();
  await expect(list(page).nth(1)).toHaveAttribute("aria-current", "true");
  await expect(one(page).getByRole("heading", { level: 2 })).toHaveText(/Redeploy\s*Deployment OK/);
  for (const line of await lines(page).all()) await expect(line).toContainText("checkout-api");
  expect(await lines(page).count()).toBeGreaterThan(1);

  // Of an environment it is all that was done.
  await page.goBack();
  await page.goBack();
  await page.getByRole("navigation", { name: "Place" }).getByRole("link").click();
  await console.row("staging").getByRole("link", { name: "Deploy version" }).click();
  expect(new URL(page.url()).searchParams.get("of")).toBeNull();
  await expect(lines(page).last()).toBeVisible();
  await expect(list(page).first()).toHaveAttribute("aria-current", "true");
});

test("the log of one service is its lines only, however its name stands in others", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 640 });
  const console = await openEnvironment(page, "staging");
  await console.row("checkout-api").getByRole("link", { name: "Redeploy" }).click();
  await expect(writer(page).locator(":checked")).toHaveText("checkout-api");
  await expect(lines(page).last()).toContainText("Done");
  const own = await lines(page).count();
  const texts = (): Promise<string[]> => lines(page).locator(".who").allTextContents();
  expect((await texts()).filter((who) => !who.startsWith("checkout-api "))).toEqual([]);

  // Everything, and what somebody else wrote, is one choice away; the choice keeps the focus, and is in the URL.
  await writer(page).focus();
  await writer(page).selectOption("All lines");
  await expect.poll(() => lines(page).count()).toBeGreaterThan(own);
  const all = await texts();
  const whose = await writer(page).locator("option").allTextContents();
  expect(whose.length).toBeGreaterThan(3);
  for (const name of whose.slice(1)) expect(all.filter((who) => who.startsWith(`${name} `))).not.toEqual([]);
  expect(new URL(page.url()).searchParams.get("of")).toBeNull();
  await writer(page).selectOption("storefront");
  await expect(writer(page)).toBeFocused();
  await expect.poll(texts).toEqual(all.filter((who) => who.startsWith("storefront ")));
  await page.reload();
  await expect(writer(page).locator(":checked")).toHaveText("storefront");
  await expect(lines(page).last()).toContainText("storefront");
  expect((await texts()).filter((who) => !who.startsWith("storefront "))).toEqual([]);

  // From its row one step leads to them, and to nobody else's place on the page.
  await expect(page.getByRole("heading", { name: "Log" })).toBeInViewport();
  await service(page, "orders-db").getByRole("link").click();
  await expect(writer(page).locator(":checked")).toHaveText("orders-db");
  await expect(list(page).nth(1)).toHaveAttribute("aria-current", "true");
  const log = page.getByRole("heading", { name: "Log" });
  await expect(log).toBeInViewport();
  await expect(lines(page).last()).toContainText("orders-db");
  expect((await texts()).filter((who) => !who.startsWith("orders-db "))).toEqual([]);

  // However often it is asked for, it comes, and what is read next are its lines.
  await one(page).evaluate((section) => section.scrollTo(0, 0));
  await expect(log).not.toBeInViewport();
  const steps = await page.evaluate(() => history.length);
  await service(page, "orders-db").getByRole("link").click();
  await expect(log).toBeInViewport();
  await expect(log).toBeFocused();
  expect(await page.evaluate(() => history.length)).toBe(steps);

  // It is searched within.
  await page.getByRole("searchbox", { name: "Search the log" }).fill("checkout-api");
  await expect(lines(page)).toHaveCount(0);
  await expect(page.getByText("No line matches the search.")).toBeVisible();
});

test("of a service that wrote nothing in a deployment it is said, by its name", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await console.row("checkout-api").getByRole("link", { name: "Redeploy" }).click();
  await expect(writer(page).locator(":checked")).toHaveText("checkout-api");
  await page.goBack();
  await console.row("notifications").getByRole("link", { name: "Log" }).click();
  const others = new URL(page.url());
  await page.goBack();
  const href = await console.row("checkout-api").getByRole("link", { name: "Redeploy" }).getAttribute("href");
  others.searchParams.set("of", new URL(href!, page.url()).searchParams.get("of")!);
  await page.goto(others.href);
  await expect(writer(page).locator(":checked")).toHaveText("checkout-api");
  await expect(lines(page)).toHaveCount(0);
  await expect(page.getByText("checkout-api logged nothing in this deployment.")).toBeVisible();
  // The way back stays, though one alone wrote.
  await writer(page).focus();
  await writer(page).selectOption("All lines");
  await expect(lines(page).last()).toContainText("notifications");
  await expect(writer(page)).toBeFocused();
  await writer(page).selectOption("checkout-api");
  await expect(lines(page)).toHaveCount(0);
});

test("whose lines are chosen are those of the deployment that is looked at, also when another begins", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await past(page);
  await list(page).nth(1).click();
  await page.goBack();
  await expect(list(page).first()).toHaveAttribute("aria-current", "true");
  const address = new URL(page.url());
  expect(address.searchParams.get("deployment")).toBeNull();
  await expect(lines(page).last()).toContainText("notifications");
  await list(page).nth(1).click();
  await writer(page).selectOption("storefront");
  await console.press("staging", "Redeploy");
  await console.confirm("Redeploy staging");
  await expect(list(page)).toHaveCount(3);
  await expect(list(page).nth(2)).toHaveAttribute("aria-current", "true");
  await expect(writer(page).locator(":checked")).toHaveText("storefront");
});

test("a deployment is followed as it goes on, and the one that is looked at stays", async ({ page }) => {
  const console = await openEnvironment(page, "staging");
  await past(page);
  const before = await list(page).count();
  await console.press("staging", "Redeploy");
  await console.confirm("Redeploy staging");
  await expect(list(page)).toHaveCount(before + 1);
  await expect(list(page).first()).toHaveAttribute("aria-current", "true");
  // It begins with its databases; what is of a later stage waits.
  await console.nextEvent();
  await expect(service(page, "catalog-db")).toContainText("Deploying");
  await expect(service(page, "checkout-api")).toContainText("Queued");
  const logged = await lines(page).count();
  await list(page).nth(1).click();
  await expect(one(page).getByRole("heading", { level: 2 })).toHaveText(/Build error/);
  await console.step(60);
  await expect(list(page).first()).not.toHaveAttribute("aria-current");
  await expect(one(page).getByRole("heading", { level: 2 })).toHaveText(/Build error/);
  await list(page).first().click();
  await expect.poll(() => lines(page).count()).toBeGreaterThan(logged);
  // To its end.
  while (await console.nextEvent());
  await expect(list(page).first()).toContainText("Deployment OK");
  await expect(service(page, "checkout-api")).toContainText("Deployment OK");
});

test("the playhead goes back to a moment: who had not begun, who was at work, and what was logged by then", async ({ page }) => {
  await openEnvironment(page, "staging");
  await past(page);
  await list(page).nth(1).click();
  await expect(service(page, "storefront")).toContainText("Deployment OK");
  await expect(playhead(page)).toHaveAttribute("aria-valuetext", "At the end");
  const all = await lines(page).count();
  await playhead(page).press("Home");
  await expect(playhead(page)).toHaveAttribute("aria-valuetext", "0 ms after it was asked for");
  await expect(service(page, "storefront")).toContainText("Not begun");
  await expect.poll(() => lines(page).count()).toBeLessThan(all);
  // The first of them is at work where its own stretch of time is; the last has not begun by then.
  await expect
    .poll(async () => {
      await playhead(page).press("PageUp");
      return (await one(page).getByRole("list", { name: /^Stage / }).getByText("Under way").count()) > 0;
    })
    .toBe(true);
  await expect(playhead(page)).toHaveAttribute("aria-valuetext", / after it was asked for$/);
  await playhead(page).press("End");
  await expect(service(page, "storefront")).toContainText("Deployment OK");
  await expect(lines(page)).toHaveCount(all);
});

test("the log is searched in whom, step and text, and / goes there", async ({ page }) => {
  await openEnvironment(page, "staging");
  await past(page);
  await expect(lines(page).first()).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("COPY");
  await expect(lines(page)).toHaveCount(3);
  await expect(lines(page).first()).toContainText("COPY dependency manifest");
  await page.getByRole("searchbox").fill("nothing has this");
  await expect(page.getByText("No line matches the search.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(lines(page).first()).toContainText("+0:00");
});

test("colours and links of log lines are left out, and an error is told with its hint", async ({ page, live }) => {
  const esc = "\u001b";
  const line = (type: string, said: object) => ({
    type,
    timestamp: new Date().toISOString(),
    details: { transmitter: { id: "1", name: "web", type: "Container" }, stage: { step: "Build" } },
    ...said,
  });
  const link = `${esc}]8;;https://foreign.invalid/${esc}\\the docs${esc}]8;;${esc}\\`;
  const json = [
    line("INFO", { message: { safe_message: `${esc}[1;31mred${esc}[0m, then ${link}\nand a second line` } }),
    line("ERROR", { error: { user_log_message: "the probe failed.", hint_message: "Look at its port." } }),
  ];
  const console = await connect(page, live);
  await page.route(/\/logs\?/, (route) => route.fulfill({ json, headers: { "access-control-allow-origin": "*" } }));
  await console.enter("preview-17");
  await past(page);
  await expect(lines(page)).toHaveCount(2);
  await expect(lines(page).first()).toContainText("red, then the docs and a second line");
  await expect(lines(page).nth(1)).toContainText("Error: the probe failed. Look at its port.");
  await expect(one(page)).toContainText(/The last error, of web\s*the probe failed. Look at its port\./);
  await expect(one(page).getByRole("link", { name: "the docs" })).toHaveCount(0);
  // Of what ended well an error on the way is one of its lines, and no more.
  await page.goBack();
  await page.goBack();
  await console.ready();
  await console.enter("integration");
  await past(page);
  await expect(lines(page).nth(1)).toContainText("Error: the probe failed.");
  await expect(one(page)).not.toContainText("The last error");
});

test("on a phone there is the list or a deployment, with the way back", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await openEnvironment(page, "staging");
  await past(page);
  await expect(one(page)).toBeHidden();
  await list(page).nth(1).click();
  await expect(one(page)).toBeVisible();
  await expect(list(page).first()).toBeHidden();
  await page.getByRole("link", { name: "All deployments" }).click();
  await expect(list(page).first()).toBeVisible();
  await expect(one(page)).toBeHidden();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
});

test("what is not there is told: no deployment yet, none of this name, no such environment", async ({ page, live }) => {
  const console = await connect(page, live, { keep: true });
  await page.goto(`?project=${live.id("harbor/backend")}`);
  await console.enter("development");
  await page.getByRole("main").getByRole("link", { name: "Deployments" }).click();
  await expect(page.getByRole("heading", { name: "Nothing was deployed yet" })).toBeVisible();
  await openEnvironment(page, "staging");
  await past(page);
  await page.goto(`${page.url()}&deployment=47-11`);
  await expect(page.getByRole("heading", { name: "This deployment is not among the last ones" })).toBeVisible();
  await expect(page.getByText("47-11")).toBeVisible();
  await page.goto("environment/00000000-0000-4000-8000-000000000000/deployments?scenario=shop&seed=7&clock=paused");
  await expect(page.getByRole("alert")).toContainText("There is nothing here");
  // Of what is not there nothing else is said, and nothing else is offered.
  await expect(page.getByRole("main").getByRole("link")).toHaveText(["Go to the environments"]);
});

for (const home of ["a server of ours", "a live API", "a live API behind a server of ours"] as const) {
  test(`${home}: deployments and logs are shown, and an action is seen to become one`, async ({ page, between, server, live }) => {
    const { console, service: name } = await openHome(home, { page, between, server, live });
    await past(page);
    const before = await list(page).count();
    await expect(lines(page).first()).toBeVisible();
    await page.getByRole("link", { name: "Services", exact: true }).click();
    await console.act(name, "Restart service");
    await past(page);
    if (home === "a server of ours") {
      await expect.poll(() => list(page).count()).toBe(before + 1);
    } else {
      live.advance();
      await refresh(page, live);
      await expect.poll(() => list(page).count()).toBeGreaterThan(before);
    }
    await expect(list(page).first()).toContainText(/Restart.*(console|API)/);
    await expect(service(page, name)).toBeVisible();
  });
}

test("an older answer takes nothing back, and it is told again when the server is itself", async ({ page, between, server, live }) => {
  const { console } = await openHome("a live API", { page, between, server, live });
  const reads = (from: number): number =>
    between.requests.slice(from).filter((one) => one.includes("/deploymentHistoryV2")).length;
  between.old.writes = true;
  await past(page);
  const before = await list(page).count();
  await expect(lines(page).first()).toBeVisible();
  between.old.writes = false;
  await console.act("integration", "Redeploy");
  await expect.poll(() => live.actions.length).toBe(1);
  live.advance();
  await expect
    .poll(async () => {
      await badge(page).click();
      return list(page).count();
    })
    .toBe(before + 1);
  // Of its past alone: what else it says is of now.
  for (const path of between.old.answers.keys()) if (!path.endsWith("/deploymentHistoryV2")) between.old.answers.delete(path);
  between.old.gives = true;
  const asked = between.requests.length;
  await expect
    .poll(async () => {
      await badge(page).click();
      return reads(asked);
    })
    .toBeGreaterThan(0);
  await page.getByRole("button", { name: /^Data: Live/ }).click();
  await expect(list(page)).toHaveCount(before + 1);
  between.old.gives = false;
  await expect
    .poll(async () => {
      for (let step = 0; step < 4; step += 1) live.advance();
      await badge(page).click();
      return list(page).first().textContent();
    })
    .toContain("Deployment OK");
});

test("what cannot be read again is told beside what is known, and is read when it can be", async ({ page, live }) => {
  const console = await connect(page, live);
  await console.enter("integration");
  await past(page);
  const before = await list(page).count();
  await page.route(/\/deploymentHistoryV2/, (route) => route.fulfill({ status: 503, headers: { "access-control-allow-origin": "*" } }));
  await console.act("integration", "Redeploy");
  await expect.poll(() => live.actions.length).toBe(1);
  live.advance();
  await expect(page.getByText("This could not be read again")).toBeVisible();
  await expect(list(page)).toHaveCount(before);
  await page.unrouteAll({ behavior: "wait" });
  await expect
    .poll(async () => {
      await badge(page).click();
      return list(page).count();
    })
    .toBe(before + 1);
  await expect(page.getByText("This could not be read again")).toBeHidden();
});

for (const pushes of [false, true]) {
  const what = pushes ? "pushes how its services do" : "pushes nothing";
  test(`on a server that ${what} one busy environment's deployments are watched for an hour within a token's requests`, async ({
    page,
    live,
  }) => {
    if (!pushes) live.refuseSockets();
    live.limit({ remaining: 1_000, reset: 3_600 });
    await hold(page);
    const under = underWay(page);
    const console = await connect(page, live);
    await console.enter("staging");
    await past(page);
    const counted = (path = /./): number =>
      live.requests.filter((one) => one.method !== "OPTIONS" && one.method !== "UPGRADE" && path.test(one.path)).length;
    const [first, read] = [counted(), counted(/\/logs$/)];
    for (let part = 0; part < 120; part += 1) {
      await page.clock.runFor(5_000);
      await expect.poll(under).toBe(0);
    }
    const inAnHour = first + (counted() - first) * 6;
    expect(inAnHour).toBeLessThan(1_000);
    // What is logged is not pushed: it is asked for as often with pushes as without.
    expect(counted(/\/logs$/) - read).toBeGreaterThan(25);
  });
}
