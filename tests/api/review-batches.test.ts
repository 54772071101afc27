import { eq } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startLibsqlServer } from '../../scripts/libsql/server.ts';
import { applications } from '../../src/features/applications/table.ts';
import { actOnMany } from '../../src/features/review-desk/commands.ts';
import { findBatch } from '../../src/features/review-desk/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { FaultProxy } from '../helpers/fault-proxy.ts';
import { begun, listProgrammes, reviewerOf, submitted } from '../helpers/filed-applications.ts';
import { createWorld, type World } from '../helpers/world.ts';

const COUNTY = '320904';
const NAMES = '东西南北上下前后左右里外';
const key = () => crypto.randomUUID();

/** Files that wait at the county, and the way there: requests can be counted and cut. */
async function waiting(many: number) {
  const world = await createWorld();
  const ids: string[] = [];
  for (const name of Array.from(NAMES).slice(0, many)) {
    const filed = await begun(world, { name: `示例${name}社区居民委员会` });
    await submitted(world.ctx, filed);
    ids.push(filed.applicationId);
  }
  const server = await startLibsqlServer({ file: world.url.replace(/^file:/, ''), port: 0 });
  onTestFinished(() => server.close());
  const proxy = await FaultProxy.start(Number(new URL(server.url).port));
  onTestFinished(() => proxy.close());
  const db = openDatabase({ url: proxy.url, timeoutMs: 5_000 });
  const ctx = { ...world.at(addMinutes(world.ctx.now, 60)), db };
  const officer = await reviewerOf(world, COUNTY);
  return { world, ids, proxy, ctx, officer };
}

const stateOf = async ({ ctx }: World, id: string) =>
  (await ctx.db.select().from(applications).where(eq(applications.id, id)))[0]?.state;
const ticked = (ids: readonly string[]) =>
  Object.fromEntries(ids.map((id) => [`file.${id}`, 'yes']));
const assigned = ({ id }: Holder) => ({ act: 'assignment', officerId: id });

describe('an act on many files', () => {
  it('reads them ten at a time and writes each once', async () => {
    const { ids, proxy, ctx, officer } = await waiting(12);
    await proxy.reset();
    const input = { ...ticked(ids), ...assigned(officer) };
    const { batchId } = await actOnMany(ctx, officer, input, listProgrammes, key());
    const found = await findBatch(ctx, officer.id, batchId);
    expect(JSON.parse(found!.results)).toEqual(
      ids.map((applicationId) => ({ applicationId, done: true, why: '' })),
    );
    // What was answered before, two reads, each file, the result, and what this test asks.
    expect(proxy.seen).toHaveLength(1 + 2 + 12 + 1 + 1);
  });

  it('asks again before what cannot be taken back', async () => {
    const { world, ids, ctx, officer } = await waiting(2);
    const asked = { ...ticked(ids), act: 'return', fault: 'unsigned', reason: '请补盖章' };
    for (const confirmed of [undefined, '1', 'x']) {
      const press = actOnMany(ctx, officer, { ...asked, confirmed }, listProgrammes, key());
      await expect(press).rejects.toMatchObject({
        ...{ code: 'invalid', reason: 'batch_unconfirmed' },
        message: expect.stringContaining('2份'),
      });
    }
    for (const id of ids) expect(await stateOf(world, id)).toBe('step:county-review');
  });

  it('goes on after a cut where it was, and says of each what became of it', async () => {
    const { world, ids, proxy, ctx, officer } = await waiting(3);
    const same = key();
    const input = {
      ...ticked(ids),
      act: 'return',
      fault: 'unsigned',
      reason: '请补盖章',
      confirmed: '3',
    };
    const press = () => actOnMany(ctx, officer, input, listProgrammes, same);
    let writes = 0;
    const isSecond = (sql: string) =>
      /insert into "application_decisions"/i.test(sql) && (writes += 1) === 2;
    proxy.fail({ kind: 'loseAnswer' }, { when: isSecond });
    await expect(press()).rejects.toMatchObject({ code: 'unavailable' });
    await proxy.reset();
    expect(await stateOf(world, ids[1]!)).toBe('returned:county-review');
    expect(await stateOf(world, ids[2]!)).toBe('step:county-review');
    const { batchId } = await press();
    const found = await findBatch(ctx, officer.id, batchId);
    expect(JSON.parse(found!.results)).toEqual(
      ids.map((applicationId) => ({ applicationId, done: true, why: '' })),
    );
    expect(await press()).toEqual({ batchId });
    for (const id of ids) {
      expect(await stateOf(world, id)).toBe('returned:county-review');
    }
  });
});
