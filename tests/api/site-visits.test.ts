import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { applicationDecisions } from '../../src/features/applications/table.ts';
import { files } from '../../src/features/files/table.ts';
import { accountErasures } from '../../src/features/privacy/table.ts';
import {
  addVisitPhoto,
  concludeVisit,
  planVisit,
  recordChecklist,
  recordVisitEntries,
} from '../../src/features/site-visits/commands.ts';
import { checklistOf, latestFacts, visitRefusals } from '../../src/features/site-visits/policy.ts';
import { factOf, findVisitDesk, runOf } from '../../src/features/site-visits/queries.ts';
import { siteVisitEntries, siteVisits } from '../../src/features/site-visits/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { addMinutes, calendarDate, formatTime } from '../../src/lib/time.ts';
import { sent } from '../helpers/application-drafts.ts';
import { decided, listProgrammes, loaded, reviewerOf } from '../helpers/filed-applications.ts';
import { withStore } from '../helpers/files.ts';
import { jpeg } from '../helpers/pictures.ts';
import { openStore } from '../helpers/store.ts';
import {
  offices,
  stateOf,
  walkedTo,
  type Offices,
  type Walked,
} from '../helpers/walked-applications.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

interface Planned {
  world: World;
  by: Offices;
  file: Walked;
  visitId: string;
  /** In the morning of the visit. */
  ctx: CommandContext;
}

/** A file at the county, whose officers come to look. */
async function planned(): Promise<Planned> {
  const world = await createWorld();
  const by = await offices(world);
  const file = await walkedTo(world, by, 'step:county-review');
  const plan = { plannedOn: calendarDate(file.ctx.now), party: '县应急局2人，县气象局1人' };
  const { applicationId } = file;
  const input = { applicationId, ...plan };
  const { visitId } = await planVisit(file.ctx, by.county, input, listProgrammes, key());
  return { world, by, file, visitId, ctx: world.at(addMinutes(file.ctx.now, 120)) };
}

const check = (item: string, deviceAt: number, values: object = {}) => ({
  ...{ id: key(), kind: 'check', item, answer: 'yes', note: '', deviceAt },
  ...values,
});

const send = (
  { file, by, ctx }: Planned,
  entries: readonly object[],
  {
    at = ctx,
    who = by.county,
    sentAt = at.now.getTime(),
  }: { at?: CommandContext; who?: Holder; sentAt?: number } = {},
) =>
  recordVisitEntries(
    at,
    who,
    { applicationId: file.applicationId, sentAt, entries },
    listProgrammes,
  );

const entriesOf = ({ world, visitId }: Planned) =>
  world.ctx.db.select().from(siteVisitEntries).where(eq(siteVisitEntries.visitId, visitId));

/** Both meetings and a yes to every condition. */
async function whole(visit: Planned): Promise<object[]> {
  const { programme } = await loaded(visit.ctx, visit.file.applicationId);
  const at = visit.ctx.now.getTime();
  return [
    { id: key(), kind: 'opening', present: 9, deviceAt: at - 60_000 },
    ...programme.conditions.map(({ key: of }) => check(`condition:${of}`, at)),
    { id: key(), kind: 'closing', present: 8, deviceAt: at },
  ];
}

const conclude = ({ file, by, ctx }: Planned, who = by.county) =>
  concludeVisit(
    ctx,
    who,
    { applicationId: file.applicationId, on: 'step:county-review', reason: '看到的和材料一样' },
    listProgrammes,
    key(),
  );

describe('a site visit', () => {
  it('lies on the phone of its officers with the programme’s checklist, and on nobody else’s', async () => {
    const visit = await planned();
    const { file, by, ctx } = visit;
    const see = async (who: Holder) => {
      const desk = await findVisitDesk(ctx, listProgrammes, who, file.applicationId);
      return desk && runOf(desk, who, ctx.now);
    };
    const { programme } = await loaded(ctx, file.applicationId);
    expect(await see(by.county)).toMatchObject({ groups: checklistOf(programme), facts: [] });
    expect(await see(by.city)).toBeUndefined();
    expect(await see(file.own.head)).toBeUndefined();
  });

  it('takes each entry once, however often and in whatever parts it is sent', async () => {
    const visit = await planned();
    const entries = await whole(visit);
    const first = await send(visit, entries.slice(0, 4));
    expect(first.outcomes.map(({ outcome }) => outcome)).toEqual(Array(4).fill('accepted'));
    const again = await send(visit, entries);
    expect(again.outcomes.slice(0, 4).map(({ outcome }) => outcome)).toEqual(
      Array(4).fill('known'),
    );
    expect(await entriesOf(visit)).toHaveLength(entries.length);
    const [one] = entries;
    const other = await send(visit, [{ ...one, present: 30 }]);
    expect(other.outcomes).toMatchObject([{ outcome: 'refused', reason: 'entry_differs' }]);
  });

  it('counts once what two requests of one phone bring at the same time', async () => {
    const visit = await planned();
    const entries = await whole(visit);
    await Promise.all([send(visit, entries), send(visit, entries)]);
    expect(await entriesOf(visit)).toHaveLength(entries.length);
  });

  it('keeps what can be kept beside an item that there is not', async () => {
    const visit = await planned();
    const at = visit.ctx.now.getTime();
    const { outcomes } = await send(visit, [
      check('condition:no-such', at),
      { id: key(), kind: 'opening', present: 3, deviceAt: at },
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'accepted']);
  });

  it('tells the time by its own clock, however wrong the phone’s is', async () => {
    const visit = await planned();
    const now = visit.ctx.now.getTime();
    const wrong = now + 40 * 86_400_000;
    const opening = { id: key(), kind: 'opening', present: 3, deviceAt: wrong - 30 * 60_000 };
    await send(visit, [opening], { sentAt: wrong });
    const [row] = await entriesOf(visit);
    expect(row!.at.getTime()).toBe(now - 30 * 60_000);
  });

  it('holds of each item what was seen last, also when it arrives first', async () => {
    const visit = await planned();
    const { programme } = await loaded(visit.ctx, visit.file.applicationId);
    const item = `condition:${programme.conditions[0]!.key}`;
    const now = visit.ctx.now.getTime();
    await send(visit, [check(item, now, { answer: 'no' })]);
    await send(visit, [check(item, now - 60_000)], {
      at: visit.world.at(addMinutes(visit.ctx.now, 1)),
      sentAt: now + 60_000,
    });
    const facts = latestFacts((await entriesOf(visit)).map(factOf));
    expect(facts).toMatchObject([{ item, answer: 'no' }]);
  });

  it('is concluded with both meetings and every condition, and lets the step be decided', async () => {
    const visit = await planned();
    await expect(conclude(visit)).rejects.toMatchObject({ reason: 'visit_not_whole' });
    const entries = await whole(visit);
    await send(visit, entries.slice(0, -1));
    await expect(conclude(visit)).rejects.toMatchObject({
      message: expect.stringContaining('末次会议'),
    });
    await send(visit, entries.slice(-1));
    const { position } = await conclude(visit);
    const [row] = await visit.world.ctx.db
      .select()
      .from(applicationDecisions)
      .where(eq(applicationDecisions.position, position));
    expect(row).toMatchObject({ act: 'visit', authorId: visit.by.county.id });
    expect(JSON.parse(row!.content)).toMatchObject({ visitId: visit.visitId });
    await expect(send(visit, await whole(visit))).rejects.toMatchObject({
      reason: 'visit_concluded',
    });
    await expect(conclude(visit)).rejects.toMatchObject({ reason: 'visit_concluded' });
  });

  it('is what a record of a visit rests on: none without it', async () => {
    const visit = await planned();
    const { ctx, by, file } = visit;
    const record = (details: Record<string, string>) =>
      decided(
        ctx,
        by.county,
        file.applicationId,
        { act: 'visit' },
        { details, refusals: visitRefusals },
      );
    await expect(record({})).rejects.toMatchObject({ reason: 'visit_not_now' });
    await expect(record({ visitId: key() })).rejects.toMatchObject({ reason: 'visit_not_now' });
    await expect(record({ visitId: visit.visitId })).rejects.toMatchObject({
      reason: 'visit_without_meetings',
    });
    await send(visit, await whole(visit));
    await record({ visitId: visit.visitId });
    const [row] = await visit.world.ctx.db.select().from(siteVisits);
    expect(row?.state).toBe('done');
  });

  it('is concluded once of two officers who conclude at once', async () => {
    const visit = await planned();
    await send(visit, await whole(visit));
    const colleague = await reviewerOf(visit.world, '320904');
    const answers = await Promise.allSettled([conclude(visit), conclude(visit, colleague)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [row] = await visit.world.ctx.db.select().from(siteVisits);
    expect(row?.state).toBe('done');
  });

  it('takes nothing of who stood back, nor of officers elsewhere', async () => {
    const visit = await planned();
    const { world, file, by } = visit;
    const entries = await whole(visit);
    await expect(send(visit, entries, { who: by.city })).rejects.toMatchObject({
      code: 'not_found',
    });
    await decided(visit.ctx, by.county, file.applicationId, {
      ...{ act: 'recusal', reason: '亲属在这里工作' },
    });
    await expect(send(visit, entries)).rejects.toMatchObject({ code: 'not_found' });
    const colleague = await reviewerOf(world, '320904');
    const { outcomes } = await send(visit, entries, { who: colleague });
    expect(outcomes.every(({ outcome }) => outcome === 'accepted')).toBe(true);
  });

  it('is planned where a step is visited, for a day that has not gone, and can be planned anew', async () => {
    const visit = await planned();
    const { file, by, ctx, world } = visit;
    const { applicationId } = file;
    const plan = (input: object, who = by.county) =>
      planVisit(
        ctx,
        who,
        { applicationId, plannedOn: '2026-12-09', party: '县应急局3人', ...input },
        listProgrammes,
        key(),
      );
    await expect(plan({ plannedOn: '2026-11-01' })).rejects.toMatchObject({
      fields: [{ field: 'plannedOn' }],
    });
    await expect(plan({ party: '王五13912345678' })).rejects.toMatchObject({
      fields: [{ field: 'party' }],
    });
    await expect(plan({}, by.city)).rejects.toMatchObject({ reason: 'visit_not_now' });
    await plan({});
    expect(await world.ctx.db.select().from(siteVisits)).toMatchObject([
      { id: visit.visitId, plannedOn: '2026-12-09', party: '县应急局3人' },
    ]);
  });

  it('notes of a plain form what was changed, with the times of meetings', async () => {
    const visit = await planned();
    const { file, by, ctx } = visit;
    const { programme } = await loaded(ctx, file.applicationId);
    const [first, second] = programme.conditions.map(({ key: of }) => `condition:${of}`);
    const form = (values: Record<string, string>, at = ctx) =>
      recordChecklist(
        at,
        by.county,
        { applicationId: file.applicationId, ...values },
        listProgrammes,
        key(),
      );
    const values = {
      ...{ opening: '12', openingTime: '', closing: '', closingTime: '' },
      ...{ [`answer.${first}`]: 'yes', [`note.${first}`]: '墙上有图', [`answer.${second}`]: '' },
    };
    expect(await form(values)).toEqual({ noted: 2 });
    expect(await form(values)).toEqual({ noted: 0 });
    const later = visit.world.at(addMinutes(ctx.now, 30));
    const openingTime = formatTime(addMinutes(ctx.now, -5));
    expect(await form({ ...values, openingTime, [`answer.${first}`]: 'no' }, later)).toEqual({
      noted: 2,
    });
    const facts = latestFacts((await entriesOf(visit)).map(factOf));
    expect(
      facts.map(({ answer, present, at }) => [answer, present, formatTime(new Date(at))]),
    ).toEqual([
      [null, 12, openingTime],
      ['no', null, formatTime(later.now)],
    ]);
    await expect(form({ ...values, opening: '0' })).rejects.toMatchObject({
      fields: [{ field: 'opening' }],
    });
  });

  it('ends with the file: what was taken back is not visited', async () => {
    const visit = await planned();
    await decided(visit.ctx, visit.file.own.head, visit.file.applicationId, {
      act: 'withdrawal',
    });
    expect(await stateOf(visit.file)).toBe('withdrawn');
    await expect(send(visit, await whole(visit))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('keeps its photos when whoever took them erases the account', async () => {
    const visit = await planned();
    const ctx = withStore(visit.ctx, await openStore());
    const { county } = visit.by;
    const picture = new Uint8Array(jpeg({ pixels: new Uint8Array([1, 2, 3]) }));
    const fileId = await sent(ctx, county, picture, 'site_visit_photo');
    const input = { applicationId: visit.file.applicationId, file: fileId };
    await addVisitPhoto(ctx, county, input, listProgrammes, key());
    await ctx.db.insert(accountErasures).values({
      ...{ personId: county.id, personHash: new Uint8Array(32), erasedAt: ctx.now },
      ...{ reason: 'asked' as const, cancelled: 0 },
    });
    const [photo] = await ctx.db.select().from(files).where(eq(files.id, fileId));
    expect(photo).toMatchObject({ state: 'quarantined', nameCipher: new Uint8Array() });
  });
});
