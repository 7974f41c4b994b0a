// A page that is watched: whatever its policy refuses, and whatever the browser complains of, fails the test.
import { expect, type Page, test as base } from "@playwright/test";

export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      await context.addInitScript(() =>
        addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
          console.error(`refused by the policy: ${effectiveDirective} ${blockedURI}`),
        ),
      );
      context.on("console", (message) => {
        // Chromium does not look at it yet there, and looks at it where the program is fetched.
        const early = message.text().startsWith("The `integrity` attribute is currently ignored for preload");
        // A place that is not there is answered with 404, and a server that ends breaks its streams: no policy did that.
        const network = message.text().startsWith("Failed to load resource");
        if (["error", "warning"].includes(message.type()) && !early && !network) complaints.push(message.text());
      });
      context.on("weberror", (error) => complaints.push(String(error.error())));
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

/** Has the page itself do something, not the test in its name, whom the policy would let pass; answers what it threw. */
export async function attempt(page: Page, what: string): Promise<string> {
  const told = page.waitForEvent("console", (message) => message.text().startsWith("attempt: "));
  await page.evaluate((what) => {
    setTimeout(() => {
      const attempts: Record<string, () => unknown> = {
        "markup from a text": () => (document.body.innerHTML = "<b>x</b>"),
        "a script from a text": () => (document.createElement("script").text = "1"),
        "a text as a program": () => Function("1"),
        "a second policy for trusted types": () => (window as any).trustedTypes.createPolicy("links", {}),
        "another policy for trusted types": () => (window as any).trustedTypes.createPolicy("other", {}),
        "a style attribute": () => document.body.setAttribute("style", "color: red"),
        "a style element": () => document.head.append(Object.assign(document.createElement("style"), { textContent: "b{}" })),
        "a picture from elsewhere": () => (new Image().src = "https://example.com/x.png"),
        "a request without encryption": () => void fetch("http://example.com/").catch(() => {}),
        "a request to another server": () => void fetch("https://example.com/").catch(() => {}),
        "a frame": () => document.body.append(Object.assign(document.createElement("iframe"), { src: "https://example.com/" })),
        "a worker": () => new Worker(URL.createObjectURL(new Blob(["1"]))),
        "another base": () => document.head.prepend(Object.assign(document.createElement("base"), { href: "https://example.com/" })),
        "a form": () => {
          const form = Object.assign(document.createElement("form"), { action: "?sent" });
          document.body.append(form);
          form.submit();
        },
      };
      let threw = "";
      try {
        attempts[what]!();
      } catch (error) {
        threw = String(error);
      }
      console.log(`attempt: ${threw}`);
    });
  }, what);
  return (await told).text().slice("attempt: ".length);
}
