// The page's own clock in hand: what it waits for comes when a test says so.
import { expect, type Page } from "@playwright/test";

/** Takes the page's clock in hand. Its timers get small numbers: a program that keeps them as 32 bits, as the DOM says
 * they are, could not end one that is called 1,000,000,000,001. */
export async function hold(page: Page): Promise<void> {
  await page.clock.install();
  await page.addInitScript(() => {
    const numbers = new Map<number, number>();
    for (const kind of ["Timeout", "Interval"] as const) {
      const [set, clear] = [`set${kind}`, `clear${kind}`] as const;
      const [own, end] = [window[set] as (...all: unknown[]) => number, window[clear]];
      Object.assign(window, {
        [set]: (...all: unknown[]) => {
          numbers.set(numbers.size + 1, own(...all));
          return numbers.size;
        },
        [clear]: (number: number) => end(numbers.get(number)),
      });
    }
  });
}

/** How many requests of the page are under way. */
export function underWay(page: Page): () => number {
  let open = 0;
  page.on("request", () => (open += 1));
  for (const over of ["requestfinished", "requestfailed"] as const) page.on(over as "requestfinished", () => (open -= 1));
  return () => open;
}

/** Lets the page's time go on, in steps that leave it room to ask and be answered, until something is so. */
export async function until(page: Page, so: () => Promise<boolean>, step = 1_000): Promise<void> {
  await expect
    .poll(async () => {
      if (await so()) return true;
      await page.clock.runFor(step);
      return so();
    })
    .toBe(true);
}
