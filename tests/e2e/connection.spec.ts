// From the demo to a server and back, and what becomes of the token.
import { expect, type Page, test as base } from "@playwright/test";
import { Canary } from "./canary";
import { copied } from "./clipboard";
import { Console, open } from "./console";
import { Server } from "./server";

const test = base.extend<{ server: Server }>({
  server: async ({ baseURL }, use) => {
    const server = new Server();
    await server.start("--allow-origin", new URL(baseURL!).origin);
    await use(server);
    await server.remove();
  },
});

const panel = (page: Page) => page.getByRole("dialog", { name: "Connection" });
const mark = (page: Page, name: string | RegExp) => page.getByRole("banner").getByRole("button", { name, exact: true });

async function fromDemo(page: Page): Promise<void> {
  const console = await open(page);
  await (await console.demo()).getByRole("button", { name: "Connect to a server…" }).click();
  await expect(panel(page)).toBeVisible();
  await panel(page).getByRole("radio", { name: "A Playhead server" }).check();
}

/** Connects; without an address to the server of the page. */
async function connect(page: Page, address: string, token = "", keep = false): Promise<void> {
  if (address !== "") await panel(page).getByRole("textbox", { name: "Address of the API" }).fill(address);
  if (token !== "") await panel(page).getByLabel("Token", { exact: true }).fill(token);
  if (keep) await panel(page).getByRole("checkbox").check();
  await panel(page).getByRole("button", { name: "Connect", exact: true }).click();
}

test("from the demo to a server and back", async ({ page, server, baseURL }) => {
  await fromDemo(page);
  await connect(page, `${server.address}api`);
  await expect(mark(page, new URL(server.address).host)).toBeVisible();
  await expect(mark(page, /^Demo/)).toHaveCount(0);
  const console = new Console(page);
  await console.ready();
  expect(new URL(page.url()).search).toBe("");
  const [name] = await console.names();
  await console.enter(name!);
  await page.reload();
  await console.ready();
  await mark(page, new URL(server.address).host).click();
  await panel(page).getByRole("radio", { name: "A demo: the backend in this page" }).check();
  await panel(page).getByRole("button", { name: "Open the demo" }).click();
  await expect(mark(page, "Demo")).toBeVisible();
  expect(page.url()).toBe(baseURL);
});

test("what cannot be connected to leaves the demo as it is, and says why", async ({ page, context, server }) => {
  await fromDemo(page);
  const cases: [string, string, RegExp][] = [
    ["api.example.com", "", /begins with https/],
    ["ftp://api.example.com", "", /begins with https/],
    ["https://user:secret@api.example.com", "", /nothing secret/],
    ["http://api.example.com", "canary", /everybody on the way/],
    [`${server.address}api`, "not-a-token", /wants a token that it knows: This token is not known/],
    ["http://127.0.0.1:1/api", "", /No answer from 127\.0\.0\.1:1 came to this page\. It may be down/],
  ];
  for (const [address, token, why] of cases) {
    await panel(page).getByLabel("Token", { exact: true }).fill("");
    await connect(page, address, token);
    await expect(panel(page).getByRole("alert")).toHaveText(why);
  }
  // Without a network others cannot be reached, this machine can.
  await context.setOffline(true);
  await connect(page, "https://api.qovery.com");
  await expect(panel(page).getByRole("alert")).toHaveText("This device is not connected to a network.");
  await connect(page, `${server.address}api`);
  await expect(panel(page).getByRole("alert")).toContainText("No answer from 127.0.0.1");
  await context.setOffline(false);
  await panel(page).getByRole("button", { name: "Close" }).last().click();
  await expect(mark(page, "Demo")).toBeVisible();
});

test("whether the server or the page itself forbids it is told, with what to start differently", async ({
  page,
  baseURL,
  server,
}) => {
  const closed = new Server();
  await closed.start();
  try {
    // A server that answers, and allows no other page.
    const origin = new URL(baseURL!).origin;
    await fromDemo(page);
    await connect(page, `${closed.address}api`);
    await expect(panel(page).getByRole("alert")).toContainText(`${new URL(closed.address).host} answers`);
    await expect(panel(page).getByRole("alert")).toContainText(`--allow-origin ${origin}; `);
    // A page that was not built for a server.
    await connect(page, "https://api.example.com/v1");
    await expect(panel(page).getByRole("alert")).toContainText("api.example.com is none of them");
    await expect(panel(page).getByRole("alert")).toContainText("--connect https://api.example.com");
    // A page that may talk to its own server only offers no other.
    await page.goto(`${server.address}?panel=connection`);
    await expect(panel(page).getByRole("radio")).toHaveCount(2);
    await expect(panel(page).getByRole("radio", { name: "The server of this page" })).toBeChecked();
    await expect(panel(page)).toContainText("This page talks to its own server only.");
    await expect(panel(page).getByRole("textbox", { name: "Address of the API" })).toHaveCount(0);
  } finally {
    await closed.remove();
  }
});

test("a page that came over https does not try what its browser forbids", async ({ page, baseURL }) => {
  const secure = "https://console.example/";
  await page.route(`${secure}**`, async (route) => {
    await route.fulfill({ response: await route.fetch({ url: route.request().url().replace(secure, baseURL!) }) });
  });
  await page.goto(secure);
  await new Console(page).ready();
  await page.goto(`${secure}?panel=connection`);
  await panel(page).getByRole("radio", { name: "A Playhead server" }).check();
  await connect(page, "http://playhead.example/api");
  await expect(panel(page).getByRole("alert")).toHaveText(/a browser reaches no server over http/);
});

test("a server with tokens asks for one, which stays in memory unless it is to be kept", async ({ page, server }) => {
  const token = server.token("somebody", "act");
  await page.goto(server.address);
  // Nothing can be seen without one: it is asked for, and what is typed is the token.
  await expect(panel(page).getByLabel("Token", { exact: true })).toBeFocused();
  await expect(panel(page).getByRole("radio", { name: "The server of this page" })).toBeChecked();
  const why = "The server wants a token that it knows: A token is needed: send `Authorization: Token <token>`.";
  await expect(page.getByRole("alert", { includeHidden: true })).toContainText(why);
  const canary = new Canary(page, token, `${server.address}api/`);
  await connect(page, "", token);
  const console = new Console(page);
  await console.ready();
  await console.enter("staging");
  const place = page.url();
  await canary.expectNowhere();
  expect(canary.sent).toBeGreaterThan(0);
  // A reload asks again, and does not open a demo instead.
  await page.reload();
  await expect(panel(page)).toContainText("give a token that it knows");
  await expect(mark(page, "Demo")).toHaveCount(0);
  await connect(page, "", token, true);
  await console.ready();
  // It is the place that was asked for.
  await expect(page.getByRole("grid", { name: "Services" })).toBeVisible();
  expect(page.url()).toBe(place);
  // Now it is kept, in the tab and nowhere else.
  expect(await canary.found()).toEqual(["session storage"]);
  await page.reload();
  await console.ready();
});

test("a token is in nothing that is copied or saved, and is gone with the connection", async ({ page, context, server }) => {
  await context.grantPermissions(["clipboard-write"]);
  const token = server.token("somebody", "act");
  const canary = new Canary(page, token, `${server.address}api/`);
  await fromDemo(page);
  await connect(page, `${server.address}api`, token, true);
  const console = new Console(page);
  await console.enter("staging");
  await console.menu("storefront");
  await page.getByRole("menuitem", { name: "Redeploy", exact: true }).click({ modifiers: ["Alt"] });
  await expect(console.toasts).toContainText("Copied as a curl command");
  await console.press("storefront", "Stop");
  await console.dialog.getByRole("button", { name: /^Stop / }).click();
  await expect(console.toasts.getByText("storefront").first()).toBeVisible();
  expect(await copied(page)).toContain("curl");
  expect(await canary.found()).toEqual(["session storage"]);
  await mark(page, new URL(server.address).host).click();
  await panel(page).getByRole("radio", { name: "A demo: the backend in this page" }).check();
  await panel(page).getByRole("button", { name: "Open the demo" }).click();
  await expect(mark(page, "Demo")).toBeVisible();
  await console.ready();
  const download = page.waitForEvent("download");
  await (await console.demo()).getByRole("button", { name: "Save world file" }).click();
  await download;
  await canary.expectNowhere();
  expect(canary.sent).toBeGreaterThan(0);
});

test("what a token may not do is not offered, and said", async ({ page, server }) => {
  const token = server.token("reader", "read");
  await page.goto(server.address);
  await expect(panel(page)).toBeVisible();
  await connect(page, "", token);
  const console = new Console(page);
  await console.enter("staging");
  const [service] = await console.names();
  for (const { action, refused } of await console.offers(service!)) {
    expect(refused, action).toContain("The server lets this page read, and not act");
  }
});

test("a server that shows nothing to who asks says why, and not that a token is wrong", async ({ page, server }) => {
  // As behind a proxy, which speaks for others.
  await page.route(`${server.address}api/**`, (route) =>
    route.continue({ headers: { ...route.request().headers(), "X-Forwarded-For": "192.0.2.1" } }),
  );
  await page.goto(server.address);
  const why = "The server does not allow this: Without tokens this server answers its own machine only.";
  await expect(panel(page)).toContainText(why);
  await panel(page).getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("alert")).toContainText(why);
});

test("a panel that was closed while the server was asked connects nothing", async ({ page, server }) => {
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route(`${server.address}api/organization`, async (route) => {
    await held;
    await route.continue();
  });
  await fromDemo(page);
  const asked = page.waitForRequest(`${server.address}api/organization`);
  await connect(page, `${server.address}api`);
  await asked;
  await panel(page).getByRole("button", { name: "Close" }).last().click();
  await expect(panel(page)).toBeHidden();
  const answered = page.waitForResponse(`${server.address}api/organization`);
  answer();
  await (await answered).finished();
  // Two frames later a console of the server would stand there.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(mark(page, "Demo")).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem("playhead.connection"))).toBeNull();
  expect(failures).toEqual([]);
});
