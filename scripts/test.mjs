// `npm test` and `npm run verify`: see scripts/test.ts, which this runs once everything is installed.
import { runWithOwnNode } from './lib/bootstrap.mjs';

runWithOwnNode('scripts/test.ts');
