import { expect, test } from "@playwright/test";

// The server of these tests answers an unknown path with 404.html and status 404, as GitHub Pages does.
for (const place of ["", "settings", "environment/some-id?q=api"]) {
  test(`the console starts at /${place} of a sub-path`, async ({ page }) => {
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(String(error)));
    page.on("response", (response) => {
      const document = response.request().resourceType() === "document";
      if (response.status() >= 400 && !document) failures.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(place);
    await expect(page.getByText("Playhead").first()).toBeVisible();
    await expect(page.locator("#shell")).toHaveCount(0);
    expect(await page.evaluate(() => document.baseURI)).toBe(new URL("./", test.info().project.use.baseURL).href);
    expect(failures).toEqual([]);
  });
}
