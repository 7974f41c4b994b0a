// What the page has copied. Its policy lets it write to the clipboard and not read it: another page looks.
import type { Page } from "@playwright/test";

const ELSEWHERE = "http://localhost/";

export async function copied(page: Page): Promise<string> {
  const context = page.context();
  await context.grantPermissions(["clipboard-read"], { origin: ELSEWHERE });
  const other = await context.newPage();
  await other.route(ELSEWHERE, (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await other.goto(ELSEWHERE);
  const text = await other.evaluate(() => navigator.clipboard.readText());
  await other.close();
  return text;
}
