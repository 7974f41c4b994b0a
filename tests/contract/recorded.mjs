// @ts-check
// Whether the live API that the end-to-end tests play is the product's: everything it can answer or push must fit the
// official types, before and after every sort of action.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import ts from 'typescript';
import { fits, fitsPushed } from './official.mjs';

const require = createRequire(import.meta.url);
// Node.js 20 does not read TypeScript by itself.
require.extensions['.ts'] = (/** @type {any} */ module, /** @type {string} */ file) => {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  module._compile(outputText, file);
};
const { World, servicesOf } = require('../e2e/live/world.ts');
const { read } = require('../e2e/live/reading.ts');
const { act } = require('../e2e/live/acting.ts');
const { running, statusesWithStages } = require('../e2e/live/statuses.ts');

/** What is played wrong on purpose: a value, what the types know in its place, and every path where it is to occur. */
const DEVIATIONS = [
  {
    value: 'SANDBOX',
    instead: 'PREVIEW',
    why: 'a mode that the product may add: it is shown as it came',
    at: [
      '/project/{}/environment results[].mode',
      '/project/{}/environment/overview results[].mode',
      '/environment/{} mode',
    ],
  },
  {
    value: 'HIBERNATING',
    instead: 'DEPLOYED',
    why: 'a state that the product may add: it is shown as it came, and nothing is offered',
    at: [
      '/environment/{}/statuses containers[].state',
      '/environment/{}/statusesWithStages stages[].containers[].state',
      '/environment/{}/deploymentHistoryV2 results[].stages[].services[].status',
      '/container/{}/status state',
      'pushed /deployment/status stages[].containers[].state',
    ],
  },
  {
    value: 'CHATBOT',
    instead: 'API',
    why: 'an origin that the product may add: it is shown as it came',
    at: [
      '/project/{}/environment/status results[].origin',
      '/project/{}/environment/overview results[].deployment_status.origin',
      '/environment/{}/status origin',
      '/environment/{}/statuses environment.origin',
      '/environment/{}/statusesWithStages environment.origin',
      '/environment/{}/deploymentHistoryV2 results[].auditing_data.origin',
      '/environment/{}/deploymentHistoryV2 results[].stages[].services[].auditing_data.origin',
      'pushed /deployment/status environment.origin',
    ],
  },
  {
    value: 'THROTTLED',
    instead: 'WARNING',
    why: 'a running status that the product may add: it is shown as it came',
    at: ['pushed /service/status environments[].containers[].state'],
  },
];
const MET = new Set();

/**
 * A document with what is known in place of the deviations of its path.
 * @param {string} path @param {any} value @param {string} [place] @returns {any}
 */
function corrected(path, value, place = '') {
  if (Array.isArray(value)) return value.map((one) => corrected(path, one, `${place}[]`));
  if (value !== null && typeof value === 'object') {
    const inside = (/** @type {string} */ key) => (place === '' ? key : `${place}.${key}`);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, corrected(path, one, inside(key))]));
  }
  const at = `${path} ${place}`;
  const found = DEVIATIONS.find((one) => one.value === value && one.at.includes(at));
  if (!found) return value;
  MET.add(`${at} ${value}`);
  return found.instead;
}

/** The types of the answers by the word of a kind. */
const KINDS = {
  application: 'Application',
  container: 'ContainerResponse',
  database: 'Database',
  job: 'JobResponse',
  helm: 'HelmResponse',
  terraform: 'TerraformResponse',
};

/** A reading call: its path with `{}` for ids, those, and the type of its answer. @typedef {[string, string[], string]} Read */

/** Every reading call there is. @param {any} world @returns {Read[]} */
function reads(world) {
  const inside = (/** @type {string} */ name) => (/** @type {any} */ of) => of[name];
  const organizations = world.organizations.map((/** @type {any} */ one) => one.wire.id);
  const projects = world.organizations.flatMap(inside('projects')).map((/** @type {any} */ one) => one.wire.id);
  const environments = world.environments.map(inside('id'));
  /** @param {string[]} ids @param {string} path @param {string} type @returns {Read[]} */
  const each = (ids, path, type) => ids.map((id) => [path, [id], type]);
  return [
    ['/organization', [], 'OrganizationResponseList'],
    ...each(organizations, '/organization/{}/project', 'ProjectResponseList'),
    ...each(projects, '/project/{}/environment', 'EnvironmentResponseList'),
    ...each(projects, '/project/{}/environment/status', 'EnvironmentStatusList'),
    ...each(projects, '/project/{}/environment/overview', 'EnvironmentOverviewResponseList'),
    ...each(environments, '/environment/{}', 'Environment'),
    ...each(environments, '/environment/{}/status', 'EnvironmentStatus'),
    ...each(environments, '/environment/{}/statuses', 'EnvironmentStatuses'),
    ...each(environments, '/environment/{}/statusesWithStages', 'EnvironmentStatusesWithStages'),
    ...each(environments, '/environment/{}/services', 'ListServicesByEnvironmentId200Response'),
    ...each(environments, '/environment/{}/deploymentStage', 'DeploymentStageResponseList'),
    ...each(environments, '/environment/{}/deploymentHistoryV2', 'DeploymentHistoryEnvironmentPaginatedResponseListV2'),
    ...each(environments, '/environment/{}/deploymentQueue', 'ListDeploymentRequestByEnvironmentId200Response'),
    ...each(environments, '/environment/{}/logs', 'EnvironmentLogs[]'),
    ...world.environments.flatMap(servicesOf).flatMap((/** @type {any} */ one) => readsOf(organizations[0], one)),
  ];
}

/** Those of one service. @param {string} organization @param {any} service @returns {Read[]} */
function readsOf(organization, { id, kind, wire }) {
  const word = /** @type {keyof typeof KINDS} */ (kind.toLowerCase());
  const image = wire.source?.image ?? (kind === 'CONTAINER' ? wire : undefined);
  const chart = wire.source?.repository;
  /** @type {Read[]} */
  const all = [
    [`/${word}/{}`, [id], KINDS[word]],
    [`/${word}/{}/status`, [id], 'Status'],
  ];
  const [images, charts] = ['/organization/{}/containerRegistry/{}/images', '/organization/{}/helmRepository/{}/charts'];
  if (kind === 'APPLICATION' || wire.source?.docker) all.push([`/${word}/{}/commit`, [id], 'CommitResponseList']);
  if (image) all.push([images, [organization, image.registry.id], 'ContainerVersionResponseList']);
  if (chart) all.push([charts, [organization, chart.repository.id], 'HelmVersionResponseList']);
  return all;
}

/** @param {string} path @param {string[]} ids */
const filled = (path, ids) => ids.reduce((path, id) => path.replace('{}', id), path);

/** Judges everything that can be read and pushed now. @param {any} world */
function judge(world) {
  for (const [path, ids, type] of reads(world)) {
    const call = { method: 'GET', path: filled(path, ids), query: new URLSearchParams(), body: null };
    const answer = read(world, call);
    assert.equal(answer?.status, 200, call.path);
    fits(call.path, type, corrected(path, answer.body));
  }
  const environments = world.environments.map(running);
  fitsPushed('/service/status', 'ServiceStatusDto', corrected('pushed /service/status', { environments }));
  for (const environment of world.environments) {
    const pushed = corrected('pushed /deployment/status', statusesWithStages(environment));
    fits('/deployment/status', 'EnvironmentStatusesWithStages', pushed);
  }
}

/** Acts, and judges the answer. @param {any} world @param {string} path @param {string} type @param {unknown} [body] */
function acts(world, path, type, body = null) {
  const answer = act(world, { method: 'POST', path, query: new URLSearchParams(), body });
  assert.equal(answer?.status, type === '' ? 200 : 202, path);
  if (type !== '') fits(path, type, answer.body);
  judge(world);
}

/** Lets everything in progress go on to its end, judged at every step. @param {any} world */
function settle(world) {
  for (let steps = 0; world.environments.some((/** @type {any} */ one) => one.running); steps += 1) {
    assert.ok(steps < 200, 'it comes to an end');
    world.advance();
    judge(world);
  }
}

test('the live API that is played answers and pushes what fits the official types', () => {
  const world = new World();
  judge(world);
  settle(world);
});

test('so it does when it is acted on', () => {
  const world = new World();
  settle(world);
  const [, , , integration, development] = world.environments;
  const all = servicesOf(integration);
  const one = (/** @type {string} */ kind) => all.find((/** @type {any} */ service) => service.kind === kind).id;
  acts(world, `/environment/${development.id}/deploy`, 'Status');
  acts(world, `/environment/${development.id}/cancelDeployment`, 'EnvironmentStatus', { force_cancel: false });
  acts(world, `/environment/${integration.id}/redeploy`, 'EnvironmentStatus');
  acts(world, `/application/${one('APPLICATION')}/deploy`, 'Status', { git_commit_id: 'a'.repeat(40) });
  acts(world, `/container/${one('CONTAINER')}/deploy`, 'Status', { image_tag: '2.5.0' });
  acts(world, `/helm/${one('HELM')}/redeploy`, 'Status');
  acts(world, `/database/${one('DATABASE')}/restart-service`, 'Status');
  acts(world, `/job/${one('JOB')}/stop`, 'Status');
  acts(world, `/environment/${integration.id}/service/deploy`, 'EnvironmentStatus', {
    applications: [{ application_id: one('APPLICATION') }],
    databases: [one('DATABASE')],
  });
  acts(world, `/environment/${integration.id}/service/stop`, '', { helm_ids: [one('HELM')] });
  acts(world, `/environment/${integration.id}/stop`, 'EnvironmentStatus');
  settle(world);
});

test('every deviation that is listed occurs', () => {
  const listed = DEVIATIONS.flatMap(({ value, at }) => at.map((path) => `${path} ${value}`));
  assert.deepEqual(listed.filter((one) => !MET.has(one)), []);
});
