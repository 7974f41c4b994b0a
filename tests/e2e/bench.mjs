// The figures that only a browser can tell; `cargo xtask bench` runs this on the built page.
// A figure that cannot be measured is a failure, not a gap.
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { address, launchOptions } from "./browser.js";

const ROUTE_CHANGES = 100;
const MENUS = 60;
const TICKS = 20;
/** The environment of the `large` scenario that has 10,000 services. */
const LARGE = "everything";
/** Each keystroke of these narrows that list, each Backspace widens it again. */
const SEARCHES = ["9876", "1234", "5678", "8642", "1357", "2468", "7531", "4321"];
/** What a twentieth of those services are called: a few more than 500. */
const SOME = "orders-api";

/** Runs in the page before anything of it: keeps what the figures are computed from. */
function record() {
  window.bench = { shift: 0, mounted: null, wasm: null };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.bench.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  addEventListener("TrunkApplicationStarted", (event) => {
    window.bench.mounted = performance.now();
    window.bench.wasm = event.detail.wasm;
  });
  /** Resolves with the time when the next frame has been painted. */
  const painted = () =>
    new Promise((resolve) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      }),
    );
  window.bench.painted = painted;
  window.bench.listed = () => document.querySelector("[role=grid]")?.getAttribute("aria-rowcount");
  /**
   * Measures from the next event of this type to the first paint in which `seen` holds, in milliseconds. The event's
   * own time stamp counts: waiting for a busy page is part of it.
   */
  window.bench.from = (type, seen) => {
    window.bench.took = new Promise((resolve) => {
      const start = async (event) => {
        let at;
        do at = await painted();
        while (!seen());
        resolve(at - event.timeStamp);
      };
      addEventListener(type, start, { capture: true, once: true });
    });
  };
}

const figures = [];
let failed = false;

function figure(name, value) {
  figures.push([name, value]);
}

async function measure(name, work) {
  try {
    await work();
  } catch (error) {
    failed = true;
    figure(name, `NOT MEASURED: ${String(error).split("\n")[0]}`);
  }
}

const ms = (value) => `${value.toFixed(1)} ms`;
const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** The nearest-rank percentile. */
function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

function spread(values) {
  return `p50 ${ms(percentile(values, 0.5))}, p95 ${ms(percentile(values, 0.95))}, worst ${ms(Math.max(...values))} (${values.length} times)`;
}

const browser = await chromium.launch(launchOptions);

async function open(path, prepare = async () => {}) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(record);
  await prepare(page);
  await page.goto(address + path);
  await page.waitForFunction(() => window.bench?.wasm);
  return page;
}

async function firstPaint(label, prepare) {
  await measure(`first load, ${label}`, async () => {
    const page = await open("", prepare);
    await page.getByRole("row").nth(1).waitFor();
    // Time for a late shift to happen.
    await page.waitForTimeout(1000);
    const { paint, mounted, shift } = await page.evaluate(() => ({
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      mounted: window.bench.mounted,
      shift: window.bench.shift,
    }));
    figure(`first contentful paint, ${label}`, ms(paint));
    figure(`console mounted, ${label}`, ms(mounted));
    figure(`layout shift of the first load, ${label}`, shift.toFixed(4));
    await page.close();
  });
}

await firstPaint("local");
await firstPaint("1.6 Mbit/s, 150 ms, CPU 4 times slower", async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
});

await measure("wasm memory over route changes", async () => {
  const page = await open("?scenario=shop&seed=7&clock=paused");
  const memory = () => page.evaluate(() => window.bench.wasm.memory.buffer.byteLength);
  const before = await memory();
  for (let change = 0; change < ROUTE_CHANGES / 2; change += 1) {
    await page.getByRole("row").getByRole("link").first().click();
    await page.waitForURL(/\/environment\//);
    await page.goBack();
    await page.waitForURL((url) => !url.pathname.includes("/environment/"));
    await page.getByRole("row").nth(1).waitFor();
  }
  figure(`wasm memory before ${ROUTE_CHANGES} route changes`, megabytes(before));
  figure(`wasm memory after ${ROUTE_CHANGES} route changes`, megabytes(await memory()));
  await page.close();
});

async function openLarge() {
  const page = await open(`?scenario=large&seed=7&clock=paused&q=${LARGE}`);
  await page.getByRole("row", { name: LARGE, exact: true }).getByRole("link").first().click();
  await page.getByRole("row", { name: /-0\d{4}$/ }).first().waitFor();
  return page;
}

await measure("10,000 services: rows in the document", async () => {
  const page = await openLarge();
  const { most, listed } = await page.getByRole("grid").evaluate(async (grid) => {
    let scroller = grid;
    while (scroller.scrollHeight <= scroller.clientHeight + 1) scroller = scroller.parentElement;
    let most = 0;
    for (let stride = 0; stride <= 100; stride += 1) {
      scroller.scrollTop = (scroller.scrollHeight * stride) / 100;
      await window.bench.painted();
      most = Math.max(most, document.querySelectorAll("tr, [role=row]").length);
    }
    return { most, listed: window.bench.listed() };
  });
  figure("10,000 services: rows in the document, at most", `${most} of ${listed}`);
  await page.close();
});

await measure("10,000 services: filter keystroke to paint", async () => {
  const page = await openLarge();
  await page.getByRole("searchbox").focus();
  const taken = [];
  const press = async (key) => {
    await page.evaluate(() => {
      const before = window.bench.listed();
      window.bench.from("keydown", () => window.bench.listed() !== before);
    });
    await page.keyboard.press(key);
    taken.push(await page.evaluate(() => window.bench.took));
  };
  for (const search of SEARCHES) {
    for (const key of search) await press(key);
    for (const _ of search) await press("Backspace");
  }
  figure("10,000 services: filter keystroke to paint", spread(taken));
  await page.close();
});

await measure("10,000 services: click on Play to open menu", async () => {
  const page = await openLarge();
  const buttons = page.getByRole("grid").getByRole("button", { name: /^Play / });
  const taken = [];
  for (let time = 0; time < MENUS; time += 1) {
    await page.evaluate(() => {
      window.bench.from("click", () => document.querySelector("[role=menu]:popover-open") !== null);
    });
    await buttons.nth(time % 12).click();
    taken.push(await page.evaluate(() => window.bench.took));
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
  }
  figure("10,000 services: click on Play to open menu", spread(taken));
  await page.close();
});

await measure("10,000 services: script time of a tick", async () => {
  const page = await openLarge();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const script = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ScriptDuration").value * 1000;
  };
  const dialog = page.getByRole("dialog");
  // Something runs and stands still, so that what comes next waits, and can be taken back.
  const search = page.getByRole("searchbox");
  await search.fill("storefront-");
  await page.getByRole("button", { name: /^OK/ }).click();
  await page.getByRole("grid").getByRole("button", { name: /^Play / }).first().click();
  await page.getByRole("menuitem", { name: "Restart service" }).click();
  await dialog.getByRole("button", { name: /^Restart/ }).click();
  await dialog.waitFor({ state: "detached" });
  await search.fill(`${SOME}-`);
  const queued = page.getByRole("button", { name: /^In progress/ });
  const count = async () => Number((await queued.textContent()).match(/\d+$/)?.[0]);
  const chip = await queued.elementHandle();
  const until = (number) =>
    page.waitForFunction(([chip, number]) => Number(chip.textContent.match(/\d+$/)?.[0]) === number, [chip, number]);
  const taken = [];
  let changes = 0;
  for (let tick = 0; tick < TICKS; tick += 1) {
    const before = await count();
    await page.getByRole("checkbox", { name: "Select all listed services" }).check();
    await page.getByRole("region", { name: "Selected services" }).getByRole("button", { name: /^Stop/ }).click();
    const stop = dialog.getByRole("button", { name: /^Stop \d+ services$/ });
    await stop.waitFor();
    changes = Number((await stop.textContent()).match(/\d+/)[0]);
    await stop.click();
    await dialog.waitFor({ state: "detached" });
    await until(before + changes);
    await page.getByRole("button", { name: /waiting$/ }).click();
    const back = page.getByRole("button", { name: /^Take back / }).last();
    const start = await script();
    await back.click();
    await until(before);
    taken.push((await script()) - start);
    await page.keyboard.press("Escape");
  }
  figure(`10,000 services: script time of a tick with ${changes} status changes`, spread(taken));
  await page.close();
});

await measure("a kept world", async () => {
  const lines = JSON.parse(readFileSync("../../target/journal-bench.json", "utf8"));
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const world = "?scenario=shop&seed=7";
  const first = await context.newPage();
  await first.goto(address + "?scenario=empty");
  await first.evaluate(async (lines) => {
    const opening = indexedDB.open("playhead", 1);
    opening.onupgradeneeded = () => ["journal", "damaged"].forEach((store) => opening.result.createObjectStore(store));
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const turn = opening.result.transaction("journal", "readwrite");
    lines.forEach((line, at) => turn.objectStore("journal").put(line, ["shop/7", at + 1]));
    await new Promise((resolve) => (turn.oncomplete = resolve));
    opening.result.close();
    localStorage.setItem("playhead.kept.shop/7", "1");
  }, lines);
  // Noted by the page itself: to be asked takes it as long again.
  await first.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("tr[aria-label=production]")) return;
      observer.disconnect();
      window.listed = performance.now();
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  const times = [];
  const plain = [];
  for (let turn = 0; turn < 9; turn += 1) {
    for (const [query, taken] of [[world, times], ["?scenario=shop&seed=8", plain]]) {
      await first.goto(address + query);
      taken.push(await (await first.waitForFunction(() => window.listed)).jsonValue());
    }
  }
  const middle = (values) => percentile(values, 0.5);
  figure("a world of 10,000 requests: its list is there after", `${ms(middle(times))}, a new one after ${ms(middle(plain))} (medians of 9)`);

  const second = await context.newPage();
  for (const page of [first, second]) {
    await page.goto(address + world);
    await page.getByRole("row", { name: "staging", exact: true }).getByRole("link").click();
    await page.getByRole("button", { name: "Play storefront", exact: true }).waitFor();
    await page.getByRole("button", { name: /^Demo/ }).click();
    await page.getByRole("radio", { name: "1×" }).waitFor();
    await page.keyboard.press("Escape");
  }
  // The last click is the one that acts: what the browser is driven with takes its time before it.
  await first.evaluate(() => addEventListener("click", () => (globalThis.pressed = Date.now()), { capture: true }));
  const heard = [];
  for (let turn = 0; turn < 10; turn += 1) {
    await first.getByRole("button", { name: "Play storefront", exact: true }).click();
    const item = first.getByRole("menuitem", { name: /^(Redeploy|Cancel deployment)$/ }).and(first.locator(":not([aria-disabled])")).first();
    const redeploys = (await item.textContent()).includes("Redeploy");
    const seen = second.evaluate(() => {
      const cell = document.querySelector("tr[aria-label=storefront] .c-status");
      const before = cell.textContent;
      return new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (cell.textContent === before) return;
          observer.disconnect();
          resolve(Date.now());
        });
        observer.observe(cell, { subtree: true, childList: true, characterData: true });
      });
    });
    await item.click();
    if (!redeploys) await first.getByRole("dialog").getByRole("button", { name: /^Cancel deployment of/ }).click();
    heard.push((await seen) - (await first.evaluate(() => globalThis.pressed)));
  }
  figure("from a press in one tab to the change in another", spread(heard));
  await context.close();
});

await browser.close();
const width = Math.max(...figures.map(([name]) => name.length));
for (const [name, value] of figures) console.log(`  ${name.padEnd(width)}  ${value}`);
process.exitCode = failed ? 1 : 0;
