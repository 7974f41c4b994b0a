// @ts-check
// The contract by the product's official client: it drives our native server through every call, and every answer must
// fit the types that client is compiled with. One process, so that the last test can tell whether a call was left out.

import './reading.mjs';
import './acting.mjs';
import './configuring.mjs';
import './refusing.mjs';
import './recorded.mjs';
import './complete.mjs';
