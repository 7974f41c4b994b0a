// How every script here starts Chromium: the system's own, quiet on the network.
export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/** The page's address, with a slash at its end. `cargo xtask test` sets it. */
export const address = process.env.PLAYHEAD_URL ?? "http://127.0.0.1:8080/";
