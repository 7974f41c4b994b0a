// @ts-check
// Every reading call.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, kindOf, one, open, repositoryOf } from './shop.mjs';

test('the project and its environments are listed, alone and with their statuses', async (t) => {
  const { api, project, environments } = await open(t);
  assert.equal(environments.length, 3);
  const ids = environments.map(({ id }) => id);
  for (const list of ['getProjectEnvironmentsOverview', 'getProjectEnvironmentsStatus']) {
    const { results } = await api.check(list, project.id);
    assert.deepEqual(results.map((/** @type {any} */ { id }) => id), ids, list);
  }
});

test('a project without environments has empty lists', async (t) => {
  const { api, project, environments } = await open(t, { scenario: 'empty' });
  assert.deepEqual(environments, []);
  for (const list of ['getProjectEnvironmentsOverview', 'getProjectEnvironmentsStatus']) {
    assert.deepEqual(await api.check(list, project.id), { results: [] });
  }
});

for (const [scenario, words] of [
  ['shop', 'each environment tells how it is configured and how it is doing'],
  ['trouble', 'so it does in every trouble there is'],
]) {
  test(words, async (t) => {
    // In real time, so that troubles stay.
    const shop = await open(t, { scenario, speed: 1 });
    for (const environment of shop.environments) {
      assert.deepEqual(await shop.api.check('getEnvironment', environment.id), environment);
      await shop.api.check('getEnvironmentStatus', environment.id);
      await shop.watch(environment.id);
      const { results: stages } = await shop.api.check('listEnvironmentDeploymentStage', environment.id);
      const placed = stages.flatMap((/** @type {any} */ stage) => stage.services ?? []);
      assert.equal(placed.length, (await shop.services(environment.id)).length);
    }
  });
}

test('the deployments of the past and their logs can be read', async (t) => {
  const shop = await open(t);
  for (const { id } of shop.environments) {
    const deployments = await shop.history(id, 50);
    assert.ok(deployments.length > 0);
    for (const { identifier } of deployments) {
      const lines = await shop.api.check('listEnvironmentLogs', id, identifier.execution_id);
      assert.ok(lines.length > 0);
    }
    assert.deepEqual(await shop.history(id, 1), deployments.slice(0, 1));
  }
});

for (const kind of KINDS) {
  test(`${one(kind)} of any environment is as it is listed, and has a status`, async (t) => {
    const shop = await open(t);
    let seen = 0;
    for (const { id } of shop.environments) {
      for (const service of await shop.services(id)) {
        if (kindOf(service) !== kind) continue;
        seen += 1;
        assert.deepEqual(await shop.api.check(`get${kind}`, service.id), service);
        const status = await shop.api.check(`get${kind}Status`, service.id);
        assert.equal(status.id, service.id);
      }
    }
    assert.ok(seen > 0);
  });
}

for (const kind of KINDS.filter((kind) => kind !== 'Database')) {
  test(`${one(kind)} can list its versions`, async (t) => {
    const shop = await open(t);
    for (const service of await shop.services()) {
      if (kindOf(service) === kind) assert.ok((await shop.versions(service)).length > 20, service.name);
    }
  });
}

test('what is not in git has no commits', async (t) => {
  const shop = await open(t);
  await shop.api.refused(404, 'listHelmCommit', (await shop.service('Helm')).id);
  await shop.api.refused(404, 'listJobCommit', (await shop.service('Job', (job) => !repositoryOf(job))).id);
});
