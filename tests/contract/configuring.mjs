// @ts-check
// Replacing the configuration of services of every kind: read, changed as a client that knows the types does it, sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, one, open, over, repositoryOf } from './shop.mjs';

/**
 * The body that leaves a service as it was read. The official types of answers and bodies differ in how they name what
 * a service comes from: in an answer in full, in a body by the id.
 * @param {any} service
 */
function unchanged(service) {
  const body = { ...service };
  if (service.registry) body.registry_id = service.registry.id;
  const { image, repository } = service.source ?? {};
  if (image) body.source = { image: { ...image, registry_id: image.registry.id } };
  if (repository) body.source = { helm_repository: { ...repository, repository: repository.repository.id } };
  return body;
}

for (const kind of KINDS) {
  test(`${one(kind)} is configured as it was, which changes nothing`, async (t) => {
    const shop = await open(t);
    for (const service of await shop.services()) {
      if (service.service_type !== kind.toUpperCase()) continue;
      const answer = await shop.api.check(`edit${kind}`, service.id, unchanged(service));
      assert.deepEqual(answer, service);
    }
  });
}

for (const kind of ['Application', 'Container', 'Job']) {
  test(`${one(kind)} is configured with other resources, which the next deployment takes up`, async (t) => {
    const shop = await open(t);
    const service = await shop.service(kind, (/** @type {any} */ one) => kind !== 'Job' || !repositoryOf(one));
    const answer = await shop.api.check(`edit${kind}`, service.id, { ...unchanged(service), cpu: 750, memory: 768 });
    assert.deepEqual([answer.cpu, answer.memory], [750, 768]);
    assert.deepEqual(await shop.api.check(`get${kind}`, service.id), answer);
    const changed = await shop.api.check(`get${kind}Status`, service.id);
    assert.equal(changed.service_deployment_status, 'OUT_OF_DATE');
    await shop.api.check(`redeploy${kind}`, service.id);
    const status = await shop.api.until(over, `get${kind}Status`, service.id);
    assert.equal(status.service_deployment_status, 'UP_TO_DATE');
    await shop.settled();
  });
}

test('an application is configured to run more instances', async (t) => {
  const shop = await open(t);
  const service = await shop.service('Application');
  const body = { ...unchanged(service), min_running_instances: 3, max_running_instances: 5 };
  const answer = await shop.api.check('editApplication', service.id, body);
  assert.deepEqual([answer.min_running_instances, answer.max_running_instances], [3, 5]);
});
