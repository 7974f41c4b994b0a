// @ts-check
// The official client, with every answer and every body judged by its own types.
//
// The schemas are made from the client's declarations once a run, by the compiler: nothing of them is written by hand.
// What those types cannot judge:
// - whether a text is a time: they say `string`. Names that end like a time's are held to RFC 3339 here.
// - status codes, and the bodies of refusals: they name neither. The contract's words are checked in `refused`.
// - the answers of `stopSelectedServices` and `cancelDeploymentRequest`, which they call `void`: any body fits.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import * as client from 'qovery-typescript-axios';
import { createGenerator } from 'ts-json-schema-generator';

const require = createRequire(import.meta.url);
const declarations = join(dirname(require.resolve('qovery-typescript-axios')), 'api.d.ts');

/** What the declarations say of a call. @typedef {{ api: string, parameters: string[], answer: string }} Call */

/** The client's calls by their names. */
const calls = new Map(declared(readFileSync(declarations, 'utf8')));

/** @param {string} text @returns {Iterable<[string, Call]>} */
function* declared(text) {
  let api = '';
  for (const line of text.split('\n')) {
    api = line.match(/^export declare class (\w+Api) extends BaseAPI/)?.[1] ?? api;
    const found = line.match(/^    (\w+)\((.*)\): Promise<import\("axios"\)\.AxiosResponse<(.+), any, \{\}>>;$/);
    if (!found) continue;
    const [, name, parameters, answer] = found;
    yield [name, { api, parameters: parameters.split(', ').map((one) => one.split(': ')[1] ?? ''), answer }];
  }
}

/** Makes schemas of a client's declarations. @param {string} path */
const generator = (path) =>
  createGenerator({
    path,
    skipTypeCheck: true,
    additionalProperties: true, // The contract grows.
    expose: 'all',
    jsDoc: 'none',
    encodeRefs: false,
  });

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats.default(ajv);

/** @typedef {import('ajv').ValidateFunction} Validate */

/** The validators of a client's types; none for `void` and the like. @param {string} path */
function validators(path) {
  const schemas = generator(path);
  /** @type {Map<string, Validate | undefined>} */
  const known = new Map();
  return (/** @type {string} */ type) => {
    if (!known.has(type)) known.set(type, compiled(schemas, type));
    return known.get(type);
  };
}

/** @param {ReturnType<typeof generator>} schemas @param {string} type @returns {Validate | undefined} */
function compiled(schemas, type) {
  const [, name, list] = type.match(/^(\w+)(\[\])?$/) ?? [];
  if (!name || !/^[A-Z]/.test(name)) return undefined;
  const { definitions } = schemas.createSchema(name);
  tighten(definitions);
  const one = { $ref: `#/definitions/${name}` };
  return ajv.compile({ definitions, ...(list ? { type: 'array', items: one } : one) });
}

/**
 * Takes back what the generator loosens, and adds what the types leave open.
 * @param {any} schema
 */
function tighten(schema) {
  if (schema === null || typeof schema !== 'object') return;
  // It adds "or anything" to the unions that are the values of a constant, and so to every enumeration.
  const members = schema.anyOf?.filter((/** @type {any} */ one) => Object.keys(one).length > 0);
  if (members?.every((/** @type {any} */ one) => 'const' in one)) {
    schema.enum = members.map((/** @type {any} */ one) => one.const);
    delete schema.anyOf;
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    // A cron job's `scheduled_at` is no time but a crontab expression.
    const time = /(_at|_date|^timestamp)$/.test(name) && name !== 'scheduled_at';
    if (time && [property.type].flat().includes('string')) property.format = 'date-time';
  }
  Object.values(schema).forEach(tighten);
}

/**
 * What fails where a value is not of a type of these declarations.
 * @param {string} path
 */
function judge(path) {
  const validator = validators(path);
  return (/** @type {string} */ what, /** @type {string} */ type, /** @type {unknown} */ value) => {
    const validate = validator(type);
    if (!validate || validate(value)) return;
    const problems = (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const at = instancePath.split('/').slice(1).reduce((/** @type {any} */ inner, key) => inner?.[key], value);
      return `  ${instancePath || '/'}: ${message} ${JSON.stringify(params)}, is ${JSON.stringify(at)?.slice(0, 300)}`;
    });
    assert.fail(`${what} does not fit the type ${type}:\n${problems.slice(0, 25).join('\n')}`);
  };
}

/** Fails where a value is not of an official type. */
export const fits = judge(declarations);

/** The same for the types of what is pushed by websocket. */
export const fitsPushed = judge(join(dirname(require.resolve('qovery-ws-typescript-axios')), 'api.d.ts'));

/** Every call that was answered, as `GET /environment/{id}`, under the address of the API. @type {Set<string>} */
export const answered = new Set();

/** Which status a success has where it is not 200 for what reads and sets, and 202 for what acts. */
const ELSE = new Map([['stopSelectedServices', 200]]);

/** The official client on one of our servers. */
export class Official {
  /** @param {string} address @param {string} [token] */
  constructor(address, token) {
    const headers = token ? { Authorization: `Token ${token}` } : {};
    this.address = address;
    this.configuration = new client.Configuration({
      basePath: address,
      // Every status is an answer to judge.
      baseOptions: { headers, validateStatus: () => true },
    });
  }

  /** Makes a call and returns its answer, unjudged. @param {string} name @param {unknown[]} values */
  async call(name, ...values) {
    const known = calls.get(name);
    if (!known) throw new Error(`the official client has no call ${name}`);
    const api = new (/** @type {any} */ (client))[known.api](this.configuration);
    const response = await api[name](...values);
    const method = response.config.method.toUpperCase();
    const path = new URL(response.config.url).pathname.slice(new URL(this.address).pathname.length);
    return { known, method, path, status: response.status, data: response.data };
  }

  /**
   * Makes a call that is to succeed; body and answer must fit the official types. Returns the answer's body.
   * @param {string} name @param {unknown[]} values
   */
  async check(name, ...values) {
    values.forEach((value, place) => {
      if (value === null || typeof value !== 'object') return;
      fits(`the body of ${name}`, calls.get(name)?.parameters[place] ?? '', value);
    });
    const { known, method, path, status, data } = await this.call(name, ...values);
    const expected = ELSE.get(name) ?? (method === 'POST' ? 202 : 200);
    assert.equal(status, expected, `${method} ${path}: ${JSON.stringify(data)}`);
    fits(`the answer to ${method} ${path}`, known.answer, data);
    answered.add(`${method} ${path}`);
    return data;
  }

  /**
   * Makes a call that is to be refused; returns the reason in words.
   * @param {number} expected @param {string} name @param {unknown[]} values
   */
  async refused(expected, name, ...values) {
    const { method, path, status, data } = await this.call(name, ...values);
    assert.equal(status, expected, `${method} ${path}: ${JSON.stringify(data)}`);
    assert.equal(data.status, expected);
    for (const field of ['error', 'message', 'detail']) {
      assert.equal(typeof data[field], 'string', `${field} of ${JSON.stringify(data)}`);
    }
    assert.ok(data.detail.length > 10, `a reason in words, not ${JSON.stringify(data.detail)}`);
    return data.detail;
  }

  /**
   * Asks until the answer is the wanted one; every answer on the way is judged too.
   * @param {(answer: any) => boolean | Promise<boolean>} wanted @param {string} name @param {unknown[]} values
   */
  async until(wanted, name, ...values) {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answer = await this.check(name, ...values);
      if (await wanted(answer)) return answer;
      const last = JSON.stringify(answer).slice(0, 500);
      assert.ok(Date.now() < deadline, `${name} is not as wanted after a minute: ${last}`);
    }
  }
}
