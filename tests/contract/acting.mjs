// @ts-check
// Every acting call, and what becomes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, RESTARTABLE, kindOf, one, open, over, repositoryOf } from './shop.mjs';

/** @typedef {import('./shop.mjs').Shop} Shop */

/** Slow enough that a step is seen before the next. */
const WATCHABLE = { speed: 40 };
/** Slow enough that what was just begun still runs, also on a busy machine. */
const CATCHABLE = { speed: 5 };
/** Real time: nothing gets anywhere while a test looks. */
const STILL = { speed: 1 };

test('an environment is deployed and watched step by step to its end', async (t) => {
  const shop = await open(t, WATCHABLE);
  await shop.api.check('deployEnvironment', shop.production);
  const seen = new Set();
  const watched = async (/** @type {any} */ status) => {
    seen.add(status.state);
    await shop.watch();
    return over(status);
  };
  await shop.api.until(watched, 'getEnvironmentStatus', shop.production);
  assert.equal([...seen].pop(), 'DEPLOYED');
  assert.ok(seen.has('DEPLOYING'), [...seen].join());
});

test('an environment is redeployed', async (t) => {
  const shop = await open(t);
  await shop.api.check('redeployEnvironment', shop.production);
  assert.equal((await shop.settled()).state, 'DEPLOYED');
});

test('an environment is stopped and deployed again', async (t) => {
  const shop = await open(t);
  await shop.api.check('stopEnvironment', shop.production);
  // Its state stays DEPLOYED: one of its databases is of a sort that cannot be stopped.
  assert.equal((await shop.settled()).last_deployment_state, 'STOPPED');
  await shop.api.check('deployEnvironment', shop.production);
  assert.equal((await shop.settled()).state, 'DEPLOYED');
});

for (const [words, body] of /** @type {[string, any][]} */ ([
  ['without a word about force', undefined],
  ['without force', { force_cancel: false }],
  ['by force', { force_cancel: true }],
])) {
  test(`a running deployment is canceled ${words}`, async (t) => {
    const shop = await open(t, CATCHABLE);
    await shop.api.check('deployEnvironment', shop.production);
    await shop.watch();
    await shop.api.check('cancelEnvironmentDeployment', shop.production, body);
    assert.equal((await shop.settled()).last_deployment_state, 'CANCELED');
  });
}

/**
 * A body of `service/deploy` with one service of every kind.
 * @param {Shop} shop @param {(service: any) => Promise<any>} version
 */
async function everyKind(shop, version) {
  const [application, container, database, helm] = await Promise.all(
    ['Application', 'Container', 'Database', 'Helm'].map((kind) => shop.service(kind)),
  );
  const gitJob = await shop.service('Job', (/** @type {any} */ job) => repositoryOf(job) && job.job_type === 'CRON');
  const imageJob = await shop.service('Job', (/** @type {any} */ job) => !repositoryOf(job));
  const body = {
    applications: [{ application_id: application.id, git_commit_id: await version(application) }],
    containers: [{ id: container.id, image_tag: await version(container) }],
    jobs: [
      { id: gitJob.id, git_commit_id: await version(gitJob) },
      { id: imageJob.id, image_tag: await version(imageJob) },
    ],
    helms: [{ id: helm.id, chart_version: await version(helm) }],
    databases: [database.id],
  };
  return { body, services: [application, container, gitJob, imageJob, helm, database] };
}

test('services of every kind are deployed together, as they are', async (t) => {
  const shop = await open(t);
  const { body } = await everyKind(shop, async () => undefined);
  await shop.api.check('deployAllServices', shop.production, body);
  assert.equal((await shop.settled()).state, 'DEPLOYED');
});

test('services of every kind are deployed together in chosen versions', async (t) => {
  const shop = await open(t);
  const { body } = await everyKind(shop, async (service) => (await shop.versions(service))[2]);
  await shop.api.check('deployAllServices', shop.production, body);
  await shop.settled();
  const application = await shop.api.check('getApplication', body.applications[0].application_id);
  assert.equal(application.git_repository.deployed_commit_id, body.applications[0].git_commit_id);
  const container = await shop.api.check('getContainer', body.containers[0].id);
  assert.equal(container.tag, body.containers[0].image_tag);
  const helm = await shop.api.check('getHelm', body.helms[0].id);
  assert.equal(helm.source.repository.chart_version, body.helms[0].chart_version);
});

test('all services from git are deployed in their latest versions', async (t) => {
  const shop = await open(t);
  const applications = [];
  for (const service of await shop.services()) {
    if (kindOf(service) !== 'Application') continue;
    applications.push({ application_id: service.id, git_commit_id: (await shop.versions(service))[0] });
  }
  await shop.api.check('deployAllServices', shop.production, { applications });
  assert.equal((await shop.settled()).state, 'DEPLOYED');
});

test('one of the services is restarted by the call for several', async (t) => {
  const shop = await open(t);
  const container = await shop.service('Container');
  await shop.api.check('rebootServices', shop.production, { container_ids: [container.id] });
  await shop.api.until(({ state }) => state === 'RESTARTED', 'getContainerStatus', container.id);
});

test('services of every kind are stopped together', async (t) => {
  const shop = await open(t);
  /** @type {Record<string, string[]>} */
  const ids = {};
  for (const kind of KINDS) {
    const { id } = await shop.service(kind, ({ job_type }) => job_type !== 'LIFECYCLE');
    ids[`${kind.toLowerCase()}_ids`] = [id];
  }
  await shop.api.check('stopSelectedServices', shop.production, ids);
  await shop.settled();
  for (const kind of KINDS) {
    const [id] = ids[`${kind.toLowerCase()}_ids`];
    await shop.api.until(({ state }) => state === 'STOPPED', `get${kind}Status`, id);
  }
});

test('a request that waits is taken back', async (t) => {
  const shop = await open(t, STILL);
  const [application, container] = [await shop.service('Application'), await shop.service('Container')];
  await shop.api.check('redeployApplication', application.id);
  await shop.api.check('stopContainer', container.id);
  await shop.watch();
  const queue = () => shop.api.check('listDeploymentRequestByEnvironmentId', shop.production);
  const { results: waiting } = await queue();
  assert.equal(waiting.length, 1);
  const id = waiting[0].identifier.deployment_request_id;
  await shop.api.check('cancelDeploymentRequest', id, {});
  assert.equal((await queue()).results.length, 0);
  await shop.api.refused(409, 'cancelDeploymentRequest', id, {});
});

/** What a call that deploys a service takes after its id. @param {string} kind @param {any} [version] */
const deployed = (kind, version) => (['Job', 'Helm'].includes(kind) ? [undefined, version] : [version]);

for (const kind of KINDS) {
  test(`${one(kind)} is deployed, redeployed and stopped`, async (t) => {
    const shop = await open(t);
    // A lifecycle job is called when its environment is; only a cron job is stopped by itself.
    const { id } = await shop.service(kind, ({ job_type }) => job_type !== 'LIFECYCLE');
    for (const [call, rest, state] of /** @type {[string, any[], string][]} */ ([
      ['deploy', deployed(kind), 'DEPLOYED'],
      ['redeploy', [], 'DEPLOYED'],
      ['stop', [], 'STOPPED'],
      ['deploy', deployed(kind), 'DEPLOYED'],
    ])) {
      await shop.api.check(`${call}${kind}`, id, ...rest);
      const status = await shop.api.until(over, `get${kind}Status`, id);
      assert.equal(status.state, state, call);
      await shop.settled();
    }
  });
}

for (const kind of RESTARTABLE) {
  test(`${one(kind)} is restarted`, async (t) => {
    const shop = await open(t);
    const { id } = await shop.service(kind, ({ mode }) => mode !== 'MANAGED');
    await shop.api.check(`reboot${kind}`, id);
    const status = await shop.api.until(over, `get${kind}Status`, id);
    assert.equal(status.state, 'RESTARTED');
    await shop.settled();
  });
}

for (const [kind, source, field] of [
  ['Application', 'git', 'git_commit_id'],
  ['Container', 'an image', 'image_tag'],
  ['Job', 'git', 'git_commit_id'],
  ['Job', 'an image', 'image_tag'],
  ['Helm', 'a chart', 'chart_version'],
]) {
  test(`${one(kind)} from ${source} is deployed in a chosen version`, async (t) => {
    const shop = await open(t);
    const fromGit = (/** @type {any} */ service) => Boolean(repositoryOf(service)) === (source === 'git');
    const service = await shop.service(kind, fromGit);
    const version = (await shop.versions(service))[3];
    await shop.api.check(`deploy${kind}`, service.id, ...deployed(kind, { [field]: version }));
    await shop.api.until(over, `get${kind}Status`, service.id);
    await shop.settled();
    assert.ok(JSON.stringify(await shop.api.check(`get${kind}`, service.id)).includes(JSON.stringify(version)));
  });
}
