// The figures that only a browser can tell; `cargo xtask bench` runs this on the built page.
// A figure that cannot be measured is a failure, not a gap.
import { chromium } from "@playwright/test";
import { address, launchOptions } from "./browser.js";

const ROUTE_CHANGES = 100;

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
  /** Resolves with the milliseconds from now until the next frame has been painted. */
  window.bench.untilPainted = () => {
    const from = performance.now();
    return new Promise((resolve) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - from);
        port2.postMessage(null);
      }),
    );
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

await browser.close();
const width = Math.max(...figures.map(([name]) => name.length));
for (const [name, value] of figures) console.log(`  ${name.padEnd(width)}  ${value}`);
process.exitCode = failed ? 1 : 0;
