// Every place and every panel, and how a person gets there.
import { expect, type Page } from "@playwright/test";
import { open, openEnvironment, type Console } from "./console";

export type State = [string, (page: Page) => Promise<void>];

async function dialog(console: Console): Promise<void> {
  await expect(console.dialog).toBeVisible();
}

export const STATES: State[] = [
  ["environments", async (page) => void (await open(page))],
  ["environments with none", async (page) => {
    await page.goto("?scenario=empty&seed=7&clock=paused");
    await expect(page.getByText("This project has no environments")).toBeVisible();
  }],
  ["environments, none matches", async (page) => {
    await page.goto("?scenario=shop&seed=7&clock=paused&q=nothing-has-this-name");
    await expect(page.getByText("Nothing matches the filter")).toBeVisible();
  }],
  ["an environment's menu", async (page) => void (await (await open(page)).menu("production"))],
  ["services", async (page) => void (await openEnvironment(page, "production"))],
  ["services in trouble", async (page) => {
    const console = await open(page, "trouble");
    await console.enter((await console.names())[0]);
  }],
  ["the deployments of an environment", async (page) => {
    await openEnvironment(page, "staging");
    await page.getByRole("main").getByRole("link", { name: "Deployments" }).click();
    await expect(page.getByRole("list", { name: "Log" }).getByRole("listitem").first()).toBeVisible();
  }],
  ["a moment of a deployment that goes on", async (page) => {
    const console = await openEnvironment(page, "staging");
    await page.getByRole("main").getByRole("link", { name: "Deployments" }).click();
    await console.press("staging", "Redeploy");
    await console.confirm("Redeploy staging");
    await console.step(20);
    const playhead = page.getByRole("slider", { name: "Playhead" });
    for (const key of ["Home", "PageUp", "PageUp"]) await playhead.press(key);
    await expect(page.getByText(/ after it was asked for$/)).toBeVisible();
    await expect(page.getByText("Not begun").first()).toBeVisible();
  }],
  ["the settings", async (page) => {
    await open(page);
    await page.getByRole("link", { name: "Settings" }).click();
    await expect(page.getByRole("radio", { name: "As the system says" })).toBeChecked();
  }],
  ["a place that is not there", async (page) => {
    await page.goto("environment/nowhere?scenario=shop");
    await expect(page.getByRole("link", { name: "Go to the environments" })).toBeVisible();
  }],
  ["the version picker", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.press("checkout-api", "Deploy other version");
    await expect(console.dialog.getByRole("option").first()).toBeVisible();
  }],
  ["the latest versions", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.press("staging", "Deploy latest version");
    await expect(console.dialog.getByRole("checkbox").nth(1)).toBeVisible();
  }],
  ["the question before a stop", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.press("checkout-api", "Stop");
    await dialog(console);
  }],
  ["the question before a redeploy of production", async (page) => {
    const console = await openEnvironment(page, "production");
    await console.press("production", "Redeploy");
    await dialog(console);
  }],
  ["the configuration", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.press("checkout-api", "Configure");
    await dialog(console);
  }],
  ["what is told of an environment", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.press("staging", "About");
    await dialog(console);
    await expect(console.dialog).toContainText("shop-staging");
  }],
  ["the cancel of a deployment", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.press("staging", "Redeploy");
    await console.confirm("Redeploy staging");
    await console.press("staging", "Cancel deployment");
    await dialog(console);
  }],
  ["a whole environment's stop, with the name left out", async (page) => {
    const console = await openEnvironment(page, "production");
    await console.press("production", "Stop");
    await console.dialog.getByRole("button", { name: "Stop production" }).press("Enter");
    await expect(console.dialog.getByRole("textbox")).toHaveAttribute("aria-invalid", "true");
  }],
  ["a selection, the queue, and toasts", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.press("storefront", "Redeploy");
    await console.press("mail-relay", "Restart service");
    await expect(console.toasts).toContainText("Queued, place 1");
    await console.select("checkout-api", "sessions");
    await page.getByRole("button", { name: "1 waiting" }).click();
    await expect(page.getByLabel("Waiting requests")).toBeVisible();
  }],
  ["services that cannot be reached, and a request that failed", async (page) => {
    const console = await openEnvironment(page, "staging");
    await console.connection("Offline");
    await page.keyboard.press("Escape");
    await console.press("mail-relay", "Restart service");
    await expect(console.toasts).toContainText("The server cannot be reached");
    await expect(page.getByRole("button", { name: /^Data: Offline/ })).toBeVisible();
  }],
  ["the list of keys", async (page) => {
    await open(page);
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  }],
  ["the demo controls", async (page) => void (await (await openEnvironment(page, "staging")).demo())],
];
