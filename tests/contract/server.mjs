// @ts-check
// Our native server, as a process of its own on a free port with a folder of its own.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The program; `cargo xtask test` names the one it built. */
const PROGRAM = process.env.PLAYHEAD ?? fileURLToPath(new URL('../../target/debug/playhead', import.meta.url));

/**
 * Starts a server that ends with the test; returns the address of its API and, where asked for, a token.
 *
 * Most tests run it 1,000 times as fast as real time; one that has to catch a deployment while it runs, slower.
 * @param {import('node:test').TestContext} test
 * @param {{ scenario?: string, speed?: number, guarded?: boolean, scope?: 'act' | 'read' }} [options]
 */
export async function serve(test, { scenario = 'shop', speed = 1000, guarded = false, scope = 'act' } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'playhead-contract-'));
  let token = '';
  if (guarded) {
    const { stdout } = await promisify(execFile)(PROGRAM, ['token', 'create', 'ci', '--scope', scope, '--data', data]);
    token = stdout.trim();
  }
  const options = ['serve', '--port', '0', '--scenario', scenario, '--speed', String(speed), '--data', data];
  const server = spawn(PROGRAM, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(server, 'exit');
  test.after(async () => {
    server.kill('SIGKILL');
    await ended;
    await rm(data, { recursive: true, force: true });
  });
  let words = '';
  // The log is read to its end, so that the server never waits for a reader; only its beginning can say why it failed.
  server.stderr.on('data', (chunk) => (words = (words + chunk).slice(0, 2000)));
  const lines = createInterface({ input: server.stdout });
  const first = await Promise.race([once(lines, 'line').then(([line]) => line), ended.then(() => '')]);
  const address = first.match(/its API at (\S+)/)?.[1];
  if (!address) throw new Error(`${PROGRAM} did not start: ${first} ${words}`);
  return { address, token };
}
