import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { applicationDecisions } from '../../src/features/applications/table.ts';
import {
  dropDraw,
  enterNumber,
  freezeDraw,
  nameDraw,
  recordDraw,
} from '../../src/features/sampling-draws/commands.ts';
import { drawActs } from '../../src/features/sampling-draws/policy.ts';
import { findDraw } from '../../src/features/sampling-draws/queries.ts';
import { drawFiles, drawFreezes, samplingDraws } from '../../src/features/sampling-draws/table.ts';
import { addDays, addMinutes, calendarDate, DAY_MS } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { decided, listProgrammes, PROGRAMME } from '../helpers/filed-applications.ts';
import {
  offices,
  takes,
  walkedTo,
  type Offices,
  type Walked,
} from '../helpers/walked-applications.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const NUMBER = '030711182633';

interface Begun {
  world: World;
  by: Offices;
  files: Walked[];
  /** When the last of them came to the city. */
  now: Date;
  numberOn: string;
}

const NAMES = ['东河', '西河', '南河', '北河'].map((name) => `示例${name}社区居民委员会`);

/** Files that wait at the city, of which it draws. */
async function waiting(count: number): Promise<Begun> {
  const world = await createWorld();
  const by = await offices(world);
  const files: Walked[] = [];
  for (const name of NAMES.slice(0, count)) {
    files.push(await walkedTo(world, by, 'step:city-review', { name }));
  }
  const now = new Date(Math.max(...files.map(({ ctx }) => ctx.now.getTime())));
  return { world, by, files, now, numberOn: addDays(calendarDate(now), 3) };
}

const queue = `${PROGRAMME}/1/city-review/320900`;
const input = (numberOn: string) => ({
  ...{ queue, numberOn, numberDigits: '12' },
  numberWords: '示例彩票第2026140期的6个红色球号码，从小到大，每个两位',
  numberSource: '示例彩票发行中心网站',
});

const name = ({ world, by, now, numberOn }: Begun) =>
  nameDraw(world.at(now), by.city, input(numberOn), listProgrammes, key());
const freeze = ({ world, by, now }: Begun, drawId: string, minutes = 1) =>
  freezeDraw(world.at(addMinutes(now, minutes)), by.city, { drawId }, key());
const onTheDay = ({ world, now }: Begun) => world.at(new Date(now.getTime() + 3 * DAY_MS));
const enter = (begun: Begun, drawId: string, number = NUMBER) =>
  enterNumber(onTheDay(begun), begun.by.city, { drawId, number, numberAgain: number }, key());

const drawsOf = async ({ world }: Begun, { applicationId }: Walked) =>
  world.ctx.db
    .select()
    .from(applicationDecisions)
    .where(eq(applicationDecisions.applicationId, applicationId))
    .then((rows) => rows.filter(({ act }) => act === 'draw'));

describe('a sampling draw', () => {
  it('says in each file what anybody can work out from the list and the number', async () => {
    const begun = await waiting(3);
    const { drawId } = await name(begun);
    await freeze(begun, drawId);
    await enter(begun, drawId);
    const ctx = onTheDay(begun);
    const told = await recordDraw(ctx, begun.by.city, { drawId }, listProgrammes);
    expect(told).toEqual({ recorded: 3, left: 0 });

    const api = createApi(begun.world, ctx.now);
    const list = (await api.get(`/communities/draws/${drawId}/list.txt`)).body as string;
    const seed = sha256(`anlan-draw-1\n${sha256(list)}\n${NUMBER}\n`);
    const tickets = list
      .trimEnd()
      .split('\n')
      .map((code) => ({ code, ticket: sha256(`${seed}\n${code}\n`) }))
      .toSorted((one, other) => (one.ticket < other.ticket ? -1 : 1));
    // 30 % of three, rounded up.
    const [drawn] = tickets;
    expect((await api.get(`/api/draws/${drawId}`)).body).toMatchObject({
      ...{ listSha256: sha256(list), seed, drawn: [drawn!.code], size: 1, state: 'drawn' },
    });
    const rows = await begun.world.ctx.db.select().from(drawFiles);
    for (const file of begun.files) {
      const [row] = await drawsOf(begun, file);
      const { code } = rows.find(({ applicationId }) => applicationId === file.applicationId)!;
      expect(JSON.parse(row!.content)).toMatchObject({ drawId, drawn: code === drawn!.code });
    }
  });

  it('publishes no code that a file is followed by', async () => {
    const begun = await waiting(2);
    const { drawId } = await name(begun);
    await freeze(begun, drawId);
    const { body } = await createApi(begun.world, begun.now).get(`/api/draws/${drawId}`);
    for (const { code, applicationId } of begun.files) {
      expect(JSON.stringify(body)).not.toContain(code);
      expect(JSON.stringify(body)).not.toContain(applicationId);
    }
  });

  it('keeps the order of events, whoever tries another', async () => {
    const begun = await waiting(1);
    const { world, by, now } = begun;
    const today = calendarDate(now);
    await expect(
      nameDraw(world.at(now), by.city, input(today), listProgrammes, key()),
    ).rejects.toMatchObject({ reason: 'draw_too_late' });
    const { drawId } = await name(begun);
    await expect(enter(begun, drawId)).rejects.toMatchObject({ reason: 'draw_out_of_order' });
    await expect(freeze(begun, drawId, 3 * 24 * 60)).rejects.toMatchObject({
      reason: 'draw_too_late',
    });
    await freeze(begun, drawId);
    await expect(freeze(begun, drawId, 2)).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      enterNumber(
        world.at(addMinutes(now, 5)),
        by.city,
        { drawId, number: NUMBER, numberAgain: NUMBER },
        key(),
      ),
    ).rejects.toMatchObject({ reason: 'draw_too_early' });
    await expect(
      enterNumber(
        onTheDay(begun),
        by.city,
        { drawId, number: NUMBER, numberAgain: `1${NUMBER.slice(1)}` },
        key(),
      ),
    ).rejects.toMatchObject({ fields: [{ field: 'numberAgain' }] });
    await expect(enter(begun, drawId, '123')).rejects.toMatchObject({
      reason: 'draw_wrong_number',
    });
    await enter(begun, drawId);
    await expect(enter(begun, drawId, '999999999999')).rejects.toMatchObject({
      reason: 'draw_out_of_order',
    });
  });

  it('is given up only while nobody can know the number', async () => {
    const begun = await waiting(1);
    const { world, by, now } = begun;
    const { drawId } = await name(begun);
    await freeze(begun, drawId);
    const drop = { drawId, reason: '号码写错了' };
    await expect(dropDraw(onTheDay(begun), by.city, drop, key())).rejects.toMatchObject({
      reason: 'draw_out_of_order',
    });
    await dropDraw(world.at(addMinutes(now, 60)), by.city, drop, key());
    // The same files can be drawn again, with another number.
    const later = { ...begun, now: addMinutes(now, 120) };
    const again = await name(later);
    await freeze(later, again.drawId);
    const [row] = await world.ctx.db
      .select()
      .from(drawFreezes)
      .where(eq(drawFreezes.drawId, again.drawId));
    expect(row).toMatchObject({ files: 1, size: 1 });
  });

  it('leaves nobody out of its list and takes nobody in later', async () => {
    const begun = await waiting(2);
    const { world, now } = begun;
    const { drawId } = await name(begun);
    const row = { drawId, code: 'AAAAAAAAA2', applicationId: begun.files[0]!.applicationId };
    const short = world.ctx.db.batch([
      world.ctx.db.insert(drawFiles).values(row),
      world.ctx.db.insert(drawFreezes).values({
        ...{ drawId, listSha256: sha256('AAAAAAAAA2\n'), files: 1, size: 1 },
        ...{ frozenBy: begun.by.city.id, frozenAt: addMinutes(now, 1) },
      }),
    ]);
    await expect(short).rejects.toThrow(/draw_list_changed/);
    await freeze(begun, drawId);
    await expect(world.ctx.db.insert(drawFiles).values(row)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('draw_out_of_order') }),
    });
  });

  it('is one at a time for a queue, also of two officers at once', async () => {
    const begun = await waiting(1);
    const answers = await Promise.allSettled([name(begun), name(begun)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await begun.world.ctx.db.select().from(samplingDraws)).toHaveLength(1);
  });

  it('waits with the result of a file that was sent back, and writes each once', async () => {
    const begun = await waiting(2);
    const { drawId } = await name(begun);
    await freeze(begun, drawId);
    const [first] = begun.files;
    const returned = await takes(
      begun.world,
      { ...first!, ctx: begun.world.at(addMinutes(begun.now, 60)) },
      begun.by.city,
      { act: 'return', reason: '请补材料' },
    );
    await enter(begun, drawId);
    const ctx = onTheDay(begun);
    const record = () => recordDraw(ctx, begun.by.city, { drawId }, listProgrammes);
    expect(await record()).toEqual({ recorded: 1, left: 1 });
    expect(await record()).toEqual({ recorded: 0, left: 1 });
    expect(await drawsOf(begun, returned)).toEqual([]);
  });

  it('waits for no file that has left the step', async () => {
    const begun = await waiting(2);
    const { drawId } = await name(begun);
    await freeze(begun, drawId);
    const [first, second] = begun.files;
    const hour = begun.world.at(addMinutes(begun.now, 60));
    await takes(begun.world, { ...first!, ctx: hour }, first!.own.head, { act: 'withdrawal' });
    await takes(begun.world, { ...second!, ctx: hour }, begun.by.city, {
      ...{ act: 'refusal', reason: '现场不能用' },
    });
    await enter(begun, drawId);
    const ctx = onTheDay(begun);
    const found = (await findDraw(ctx, drawId))!;
    expect(found.lines.map(({ isOpen }) => isOpen)).toEqual([false, false]);
    expect(drawActs(found, ctx.now).record).toBe(false);
    expect(await recordDraw(ctx, begun.by.city, { drawId }, listProgrammes)).toEqual({
      ...{ recorded: 0, left: 0 },
    });
  });

  it('is the only ground for a result', async () => {
    const begun = await waiting(1);
    const { drawId } = await name(begun);
    const [file] = begun.files;
    for (const details of [{ drawId }, { drawId: key() }, {}]) {
      const result = decided(
        begun.world.at(addMinutes(begun.now, 5)),
        begun.by.city,
        file!.applicationId,
        { act: 'draw', drawn: false } as never,
        { details },
      );
      await expect(result).rejects.toThrow(/draw_unfounded/);
    }
    expect(await drawsOf(begun, file!)).toEqual([]);
  });

  it('is nothing to officers of other places', async () => {
    const begun = await waiting(1);
    const { drawId } = await name(begun);
    const attempt = freezeDraw(begun.world.at(begun.now), begun.by.county, { drawId }, key());
    await expect(attempt).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      nameDraw(
        begun.world.at(begun.now),
        begun.by.county,
        input(begun.numberOn),
        listProgrammes,
        key(),
      ),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
