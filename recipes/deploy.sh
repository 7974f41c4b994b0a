#!/bin/sh
# Plain shell, for any other CI: build an image, deploy it, and wait. It fails when the deployment fails (1), when it is
# refused (3) or the API cannot be reached (4); when it is interrupted it cancels its own deployment, and none that
# somebody else asked for.
#
# Given in the environment: PLAYHEAD_API_URL, PLAYHEAD_TOKEN (one that may act), PLAYHEAD_ENVIRONMENT, and these:
set -eu
: "${SERVICE:?the name of the service}" "${IMAGE:?the image without its tag}" "${TAG:?the tag to build and deploy}"
# From CI, as the history says it.
export CI="${CI:-true}"

docker build --tag "$IMAGE:$TAG" .
docker push "$IMAGE:$TAG"

# Where the id of the request is kept.
request=$(mktemp)
trap 'rm -f "$request"' EXIT
deploy=
canceled() {
    trap '' INT TERM
    # It ends once it is written down what was accepted.
    if [ -n "$deploy" ]; then
        kill -TERM "$deploy" || true
        wait "$deploy" || true
    fi
    # What was not accepted, or has ended, needs no cancel: that is said.
    playhead container cancel "$SERVICE" --request-file "$request" --watch || true
    exit 130
}
trap canceled INT TERM
playhead container deploy "$SERVICE" --tag "$TAG" --request-file "$request" --watch --timeout 3000 &
deploy=$!
wait "$deploy"
