// `npm start`: see scripts/start.ts, which this runs once everything is installed.
import { runWithOwnNode } from './lib/bootstrap.mjs';

runWithOwnNode('scripts/start.ts');
