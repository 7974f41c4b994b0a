// The policy of the page: everything a person does goes on under it, and what it is there against does not.
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { copied } from "./clipboard";
import { Console, open } from "./console";
import { connect } from "./live/connected";
import { Live } from "./live/server";
import { Server } from "./server";
import { STATES } from "./states";
import { attempt, test } from "./watched";

for (const [what, reach] of STATES) {
  test(`nothing is refused: ${what}`, async ({ page }) => reach(page));
}

test("nothing is refused: the settings, and a deep link", async ({ page }) => {
  const console = await open(page);
  await page.goto(`${await console.row("production").getByRole("link").first().getAttribute("href")}`);
  await console.ready();
  await page.goto("settings");
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});

test("nothing is refused: an action, a world that goes out and comes in, the clipboard", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-write"]);
  const console = await open(page);
  const download = page.waitForEvent("download");
  await (await console.demo()).getByRole("button", { name: "Save world file" }).click();
  const saved = await readFile(await (await download).path());
  const chooser = page.waitForEvent("filechooser");
  await (await console.demo()).getByRole("button", { name: "Open world file" }).click();
  await (await chooser).setFiles({ name: "mine.json", mimeType: "application/json", buffer: saved });
  await expect(console.toasts).toContainText("mine.json opened");
  await console.enter("staging");
  await console.act("checkout-api", "Redeploy");
  await console.watch("checkout-api");
  await page.evaluate(() => navigator.clipboard.writeText("may be written"));
  expect(await copied(page)).toBe("may be written");
});

test("nothing is refused: a live API on another origin, with its pushes", async ({ page }) => {
  const live = await Live.start({ token: "canary" });
  const console = await connect(page, live, { token: "canary" });
  await console.enter("integration");
  await console.press("gateway", "Restart service");
  await expect.poll(() => live.actions.length).toBe(1);
  await live.stop();
});

test("nothing is refused: the console as the native server serves it", async ({ page }) => {
  const server = new Server();
  await server.start("--speed", "20");
  const answer = await page.goto(server.address);
  const policy = answer!.headers()["content-security-policy"];
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("connect-src 'self';");
  const console = new Console(page);
  await console.enter("staging");
  const [service] = await console.names();
  await console.act(service!, "Redeploy");
  await expect(page.getByRole("button", { name: /^Data:/ })).toHaveText(/Live/);
  await server.remove();
});

/** What the policy is there against, and by which of its directives; those that throw say so instead. */
const REFUSED: [string, string, string][] = [
  ["markup from a text", "require-trusted-types-for", "TrustedHTML"],
  ["a script from a text", "require-trusted-types-for", "TrustedScript"],
  ["a text as a program", "require-trusted-types-for", "EvalError"],
  ["a second policy for trusted types", "trusted-types", "TypeError"],
  ["another policy for trusted types", "trusted-types", "TypeError"],
  ["a style attribute", "style-src-attr", ""],
  ["a style element", "style-src-elem", ""],
  ["a picture from elsewhere", "img-src", ""],
  ["a request without encryption", "connect-src", ""],
  ["a request to another server", "connect-src", ""],
  ["a frame", "frame-src", ""],
  ["a worker", "require-trusted-types-for", "TrustedScriptURL"],
  ["another base", "base-uri", ""],
  ["a form", "form-action", ""],
];

async function refuses(page: Page, complaints: string[], [what, directive, threw]: (typeof REFUSED)[number]): Promise<void> {
  expect(await attempt(page, what), what).toContain(threw);
  await expect.poll(() => complaints.join("\n"), what).toContain(`refused by the policy: ${directive}`);
  // The same policy stands in the page and before it, and each of the two says so.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  complaints.length = 0;
}

// Once with the headers, and once as a host without any sends it: the policy that is in the page.
for (const headers of ["with the headers of its host", "by itself"]) {
  test(`the page is refused what it has no use for, ${headers}`, async ({ page, complaints, baseURL }) => {
    if (headers === "by itself") {
      await page.route(baseURL!, async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, headers: { "content-type": answer.headers()["content-type"]! } });
      });
    }
    const answer = await page.goto("");
    const sent = answer!.headers()["content-security-policy"];
    if (headers === "by itself") expect(sent).toBeUndefined();
    else expect(sent).toContain("frame-ancestors 'none'");
    await new Console(page).ready();
    for (const refused of REFUSED) await refuses(page, complaints, refused);
  });
}

test("the page of a native server is refused every other server", async ({ page, complaints }) => {
  const server = new Server();
  await server.start();
  await page.goto(server.address);
  await new Console(page).ready();
  await refuses(page, complaints, ["a request to another server", "connect-src", ""]);
  await server.remove();
});

test("no other page may have it in a frame, and the headers say what else is off", async ({ page, complaints, baseURL }) => {
  const answer = await page.request.get(baseURL!);
  const headers = answer.headers();
  expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["permissions-policy"]).toContain("clipboard-write=(self)");
  expect(headers["permissions-policy"]).toContain("camera=()");
  // Not even one of its own host.
  await page.route("**/framing.html", async (route) => {
    const answer = await route.fetch({ url: baseURL });
    await route.fulfill({ response: answer, headers: {}, contentType: "text/html", body: `<iframe src="${baseURL}"></iframe>` });
  });
  await page.goto("framing.html");
  await expect.poll(() => page.frames()[1]?.url()).toBe("chrome-error://chromewebdata/");
  complaints.length = 0;
});

/** The files that are fetched by their digest, and what is there without each. */
const BUILT: [file: string, without: (page: Page) => Promise<void>][] = [
  ["playhead.js", notStarted],
  ["playhead_bg.wasm", notStarted],
  ["recovery-*.js", async (page) => {
    // The program has come, and stays out of a page that says that it does not start.
    await expect.poll(() => page.evaluate(() => "started" in document.documentElement.dataset)).toBe(true);
    await notStarted(page);
  }],
  ["style-*.css", async (page) => {
    await new Console(page).ready();
    await expect(page.getByRole("banner")).toHaveCSS("display", "block");
  }],
  ["split_rest.wasm", async (page) => {
    await actIn(page);
    await expect(page.getByRole("alert")).toContainText("Menus and panels could not be loaded");
    await expect(page.getByRole("menu")).toHaveCount(0);
  }],
  ["later-*.css", async (page) => {
    await actIn(page);
    // Without its style it can be used all the same.
    await expect(page.getByRole("menu", { name: "Actions of production" })).toBeVisible();
  }],
];

async function notStarted(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: "Playhead could not start" })).toBeVisible();
  await expect(page.getByRole("banner")).toHaveCount(0);
}

/** Moves the pointer, which brings what does not come with the page, and asks for a menu. */
async function actIn(page: Page): Promise<void> {
  await new Console(page).ready();
  await page.mouse.move(300, 300);
  await page.getByRole("button", { name: "Play production" }).click();
}

/** What a file says that is not the one that was built: something that would be seen, but for a program's empty section. */
const SPOILT: Record<string, string> = {
  js: "\ndocument.documentElement.style.setProperty('--spoilt', 1)",
  css: ":root { --spoilt: 1 }",
  wasm: "\0\x01\0",
};

test("a file that is not the one that was built is not run", async ({ page, complaints }) => {
  await page.addInitScript(() =>
    addEventListener("TrunkApplicationStarted", () => (document.documentElement.dataset.started = "")),
  );
  // No file is forgotten here.
  const fetched = new Set<string>();
  page.on("request", (request) => fetched.add(new URL(request.url()).pathname.split("/").at(-1)!));
  const later = page.waitForRequest(/later-/);
  await page.goto("");
  await actIn(page);
  await later;
  const named = BUILT.map(([file]) => new RegExp(`^${file.replace("*", "[^/]+")}$`));
  for (const file of fetched) if (file) expect(named.some((name) => name.test(file)), file).toBe(true);
  expect(fetched.size).toBe(BUILT.length + 1);

  for (const [file, without] of BUILT) {
    await page.route(`**/${file}`, async (route) => {
      const answer = await route.fetch();
      const body = Buffer.concat([await answer.body(), Buffer.from(SPOILT[file.split(".").at(-1)!]!)]);
      await route.fulfill({ response: answer, body });
    });
    complaints.length = 0;
    await page.goto("");
    await test.step(file, () => without(page));
    await expect.poll(() => complaints.join("\n"), file).toMatch(new RegExp(`integrity.*${file.replace("*", ".*")}`, "i"));
    const spoilt = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--spoilt"));
    expect(spoilt, file).toBe("");
    await page.unrouteAll({ behavior: "wait" });
  }
  complaints.length = 0;
});
