// @ts-check
// Whether the tests before this one left out a call of the contract.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answered } from './official.mjs';

/** The official client has no such calls: what they answer is ours alone. */
const OURS = ['GET /container/{}/commit', 'GET /database/{}/commit'];
/** Official, but the shop's charts come from chart repositories; that they have no commits is tested. */
const NOT_HERE = ['GET /helm/{}/commit'];

/** Every call of the contract, read from the one table of them; our own, under `/x`, are not the contract's. */
function contract() {
  const source = readFileSync(new URL('../../src/api/routes.rs', import.meta.url), 'utf8');
  const rows = [...source.matchAll(/\(Method::(\w+), "([^"]+)", Endpoint::\w+\)/g)];
  const [, size] = source.match(/const TABLE: \[[^;]+; (\d+)\]/) ?? [];
  assert.equal(rows.length, Number(size), 'every row of the table is read');
  /** @param {string} name */
  const words = (name) => {
    const [, list = ''] = source.match(`${name}: \\[&str; \\d+\\] = \\[(.*)\\]`) ?? [];
    return [...list.matchAll(/\w+/g)].flat();
  };
  const kinds = { '{service}': words('SERVICE_WORDS'), '{restartable}': words('RESTARTABLE_WORDS') };
  const calls = rows.map(([, method, path]) => `${method.toUpperCase()} ${path}`);
  return Object.entries(kinds).reduce((all, [placeholder, words]) => {
    assert.ok(words.length > 0, placeholder);
    const spelled = (/** @type {string} */ call) => words.map((word) => call.replace(placeholder, word));
    return all.flatMap((call) => (call.includes(placeholder) ? spelled(call) : [call]));
  }, calls.filter((call) => !/ \/x(\/|$)/.test(call)));
}

test('every call of the contract was answered', () => {
  const fits = (/** @type {string} */ call) => {
    const pattern = new RegExp(`^${call.replaceAll('{}', '[^/]+')}$`);
    return [...answered].some((one) => pattern.test(one));
  };
  const missing = contract().filter((call) => !fits(call));
  assert.deepEqual(missing.sort(), [...OURS, ...NOT_HERE].sort());
});
