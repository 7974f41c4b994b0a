"""Writes a Schemathesis configuration with the ids there are: with random ones, all answers would be 404."""

import json
import sys
import urllib.request

base, target, *token = sys.argv[1:]
headers = {"Authorization": f"Token {token[0]}"} if token else {}


def results(path):
    with urllib.request.urlopen(urllib.request.Request(base + path, headers=headers)) as answer:
        return json.load(answer)["results"]


organization = results("/organization")[0]["id"]
project = results(f"/organization/{organization}/project")[0]["id"]
environment = results(f"/project/{project}/environment")[0]["id"]
ids = {"organizationId": organization, "projectId": project, "environmentId": environment}
for service in results(f"/environment/{environment}/services"):
    ids.setdefault(service["service_type"].lower() + "Id", service["id"])
    if "registry" in service:
        ids["containerRegistryId"] = service["registry"]["id"]
    repository = (service.get("source") or {}).get("repository")
    if repository:
        ids["helmRepositoryId"] = repository["repository"]["id"]
with open(target, "w") as file:
    file.write("[parameters]\n")
    for name, value in sorted(ids.items()):
        file.write(f"{json.dumps('path.' + name)} = {json.dumps(value)}\n")
