// No violation of axe's rules, in any place, with any panel open, in light and in dark.
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { STATES } from "./states";

// axe looks at each element of a page with hundreds of them.
test.setTimeout(60_000);

async function clean(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page });
    // A theme is colours and nothing else.
    const { violations } = await (colorScheme === "dark" ? axe.withRules("color-contrast") : axe).analyze();
    const found = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html}\n  ${failureSummary}`),
    );
    expect(found, `${what}, ${colorScheme}`).toEqual([]);
  }
}

for (const [what, reach] of STATES) {
  test(`axe finds nothing: ${what}`, async ({ page }) => {
    await reach(page);
    await clean(page, what);
  });
}
