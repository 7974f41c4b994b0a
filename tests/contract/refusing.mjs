// @ts-check
// What is refused: with the status the contract names for it, and the reason in words.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Official } from './official.mjs';
import { serve } from './server.mjs';
import { KINDS, RESTARTABLE, Shop, open } from './shop.mjs';

test('what the rule does not allow is a conflict, with its reason', async (t) => {
  const shop = await open(t, { speed: 1 });
  const words = await shop.api.refused(409, 'cancelEnvironmentDeployment', shop.production, {});
  assert.match(words, /No deployment is queued/);
  await shop.api.check('deployEnvironment', shop.production);
  for (const action of ['deployEnvironment', 'redeployEnvironment', 'stopEnvironment']) {
    assert.match(await shop.api.refused(409, action, shop.production), /progress|Deploy/);
  }
});

test('a service that does not run is not restarted', async (t) => {
  const shop = await open(t);
  const { id } = await shop.service('Application');
  await shop.api.check('stopApplication', id);
  await shop.api.until(({ state }) => state === 'STOPPED', 'getApplicationStatus', id);
  assert.match(await shop.api.refused(409, 'rebootApplication', id), /no pods to restart/);
  await shop.api.refused(409, 'rebootServices', shop.production, { application_ids: [id] });
});

test('only one service is restarted at a time', async (t) => {
  const shop = await open(t);
  const ids = (await shop.services()).filter(({ service_type }) => service_type === 'APPLICATION').map(({ id }) => id);
  await shop.api.refused(409, 'rebootServices', shop.production, { application_ids: ids });
});

test('what is not there is not found, to read or to act on', async (t) => {
  const { api, production, organization } = await open(t);
  const nothing = randomUUID();
  for (const call of ['', 'Status', 'Statuses', 'StatusesWithStages']) {
    await api.refused(404, `getEnvironment${call}`, nothing);
  }
  for (const call of ['deployEnvironment', 'redeployEnvironment', 'stopEnvironment', 'cancelEnvironmentDeployment']) {
    await api.refused(404, call, nothing);
  }
  for (const kind of KINDS) {
    for (const call of ['get', 'deploy', 'redeploy', 'stop']) await api.refused(404, `${call}${kind}`, nothing);
    await api.refused(404, `get${kind}Status`, nothing);
    await api.refused(404, `edit${kind}`, nothing, {});
  }
  for (const kind of RESTARTABLE) await api.refused(404, `reboot${kind}`, nothing);
  await api.refused(404, 'listEnvironmentLogs', production, nothing);
  await api.refused(404, 'cancelDeploymentRequest', nothing, {});
  await api.refused(404, 'listProject', nothing);
  await api.refused(404, 'getContainerVersions', organization.id, nothing, 'image');
  await api.refused(404, 'deployAllServices', production, { databases: [nothing] });
});

test('a service is not found as one of another kind', async (t) => {
  const shop = await open(t);
  const { id } = await shop.service('Container');
  await shop.api.refused(404, 'getApplication', id);
  await shop.api.refused(404, 'stopSelectedServices', shop.production, { application_ids: [id] });
});

test('a body that cannot be is a bad request, and the reason names the place in it', async (t) => {
  const shop = await open(t);
  const { api, production } = shop;
  const application = await shop.service('Application');
  const words = await api.refused(400, 'deployAllServices', production, { applications: [{ application_id: 'no' }] });
  assert.match(words, /applications\[0\]\.application_id/);
  await api.refused(400, 'deployAllServices', production, {});
  await api.refused(400, 'cancelEnvironmentDeployment', production, { force_cancel: 'yes' });
  await api.refused(400, 'deployApplication', application.id, { git_commit_id: 'f'.repeat(40) });
  assert.match(await api.refused(400, 'editApplication', application.id, { ...application, cpu: 1 }), /cpu/);
  assert.match(await api.refused(400, 'editApplication', application.id, { cpu: 500 }), /healthchecks/);
});

test('a server with tokens answers nobody without one, and serves who has one', async (t) => {
  const { address, token } = await serve(t, { guarded: true });
  const stranger = new Official(address);
  await stranger.refused(401, 'listOrganization');
  await new Official(address, `${token}x`).refused(401, 'listOrganization');
  const shop = await Shop.at(new Official(address, token));
  await stranger.refused(401, 'stopEnvironment', shop.production);
  await shop.api.check('stopEnvironment', shop.production);
  const status = await shop.settled();
  assert.deepEqual([status.last_deployment_state, status.triggered_by], ['STOPPED', 'ci']);
});

test('a token to read with may not act', async (t) => {
  const { address, token } = await serve(t, { guarded: true, scope: 'read' });
  const shop = await Shop.at(new Official(address, token));
  await shop.api.refused(403, 'stopEnvironment', shop.production);
});
