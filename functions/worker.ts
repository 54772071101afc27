import { listProgrammes } from '../src/features/programmes/queries.ts';
import { newId } from '../src/lib/ids.ts';
import { serve } from './front.ts';
import { runJobs } from './jobs/run.ts';
import { defaultDeps, Scope } from './scope.ts';
import site from './site.ts';

export default {
  fetch: (request, env, executionContext) =>
    serve(request, { env, executionContext }, (asked) => site.fetch(asked, env, executionContext)),
  async scheduled(_controller, env) {
    await runJobs(new Scope(env, newId(new Date()), { ...defaultDeps, listProgrammes }));
  },
} satisfies ExportedHandler<Record<string, unknown>>;
