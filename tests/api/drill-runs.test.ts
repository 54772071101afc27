import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import {
  forgetLogNotes,
  recordEntries,
  recordEntry,
} from '../../src/features/drill-runs/commands.ts';
import {
  measureTimes,
  musterTable,
  NOTES_KEPT_DAYS,
} from '../../src/features/drill-runs/policy.ts';
import {
  findStanding,
  readFacts,
  readLive,
  readLog,
  readRun,
} from '../../src/features/drill-runs/queries.ts';
import { drillLogEntries, drillLogs } from '../../src/features/drill-runs/table.ts';
import { cancelDrill } from '../../src/features/drills/commands.ts';
import { findDrill } from '../../src/features/drills/queries.ts';
import { drillScripts } from '../../src/features/drills/table.ts';
import { findPerson } from '../../src/features/accounts/queries.ts';
import { people } from '../../src/features/accounts/table.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { after, crew, sending, tapped, type Crew, type SentEntry } from '../helpers/drill-runs.ts';
import { recorded } from '../helpers/drills.ts';
import { DRILL_STARTS, ended, started } from '../helpers/open-drills.ts';
import { createWorld, type World } from '../helpers/world.ts';

let world: World;
let all: Crew;
beforeEach(async () => {
  world = await createWorld();
  all = await crew(world);
});

const begin = () => started(world.ctx, all.organiser, all.drillId);
const muster = (second: number, value: number, entry: Partial<SentEntry> = {}) =>
  tapped(second, { kind: 'muster', unit: '3栋', value, expected: 40, ...entry });

async function send(by: Holder, entries: readonly SentEntry[], second = 600) {
  const input = sending(all.drillId, second, entries);
  return (await recordEntries(after(world, second), by, input)).outcomes;
}
const outcomesOf = (outcomes: readonly { outcome: string; reason?: string }[]) =>
  outcomes.map(({ outcome, reason }) => reason ?? outcome);
const stored = () => world.ctx.db.select().from(drillLogEntries);

describe('the entries of a phone', () => {
  it('are written once, however often they are sent, with one audit entry for each sending', async () => {
    await begin();
    const entries = [muster(120, 38), muster(200, 40), tapped(210, { kind: 'stop_heard' })];
    expect(outcomesOf(await send(all.leader, entries))).toEqual([
      'accepted',
      'accepted',
      'accepted',
    ]);
    expect(outcomesOf(await send(all.leader, entries, 700))).toEqual(['known', 'known', 'known']);
    const more = [...entries, muster(300, 39)];
    expect(outcomesOf(await send(all.leader, more, 800))).toEqual([
      ...['known', 'known', 'known', 'accepted'],
    ]);
    const twice = muster(310, 40);
    expect(outcomesOf(await send(all.leader, [twice, twice], 900))).toEqual(['accepted']);
    expect(await stored()).toHaveLength(5);
    expect(await world.ctx.db.select().from(drillLogs)).toEqual([
      { drillId: all.drillId, entries: 5 },
    ]);
    const audited = await world.ctx.db
      .select({ details: auditEntries.details })
      .from(auditEntries)
      .where(eq(auditEntries.action, 'drill_entries.record'));
    expect(audited.map(({ details }) => details)).toEqual([
      ...['{"entries":3}', '{"entries":1}', '{"entries":1}'],
    ]);
  });

  it('with another body under a known id are refused, and so is somebody else’s id', async () => {
    await begin();
    const first = muster(120, 38);
    await send(all.leader, [first]);
    expect(outcomesOf(await send(all.leader, [{ ...first, value: 39 }]))).toEqual([
      'entry_differs',
    ]);
    expect(outcomesOf(await send(all.evaluator, [first]))).toEqual(['entry_differs']);
    const note = tapped(60, { kind: 'observation', note: '东门锁着' });
    expect(outcomesOf(await send(all.evaluator, [note]))).toEqual(['accepted']);
    expect(outcomesOf(await send(all.evaluator, [note]))).toEqual(['known']);
    const other = { ...note, note: '东门开着' };
    expect(outcomesOf(await send(all.evaluator, [other]))).toEqual(['entry_differs']);
    expect(await stored()).toHaveLength(2);
  });

  it('are answered one by one where some of them are wrong', async () => {
    await begin();
    const good = muster(100, 40);
    const answers = await send(all.leader, [
      good,
      tapped(110, { kind: 'observation', note: '楼梯挤' }),
      tapped(120, { kind: 'measure_from', ref: 'm99' }),
      tapped(130, { kind: 'inject_sent', ref: 'i1' }),
      tapped(140, { kind: 'undo', ref: crypto.randomUUID() }),
      tapped(150, { kind: 'undo', ref: good.id }),
      tapped(160, { kind: 'arrived', ref: crypto.randomUUID() }),
      tapped(170, { kind: 'arrived', ref: all.leaderPart }),
    ]);
    expect(outcomesOf(answers)).toEqual([
      ...['accepted', 'kind_not_yours', 'ref_unknown', 'kind_not_yours', 'entry_unknown'],
      ...['accepted', 'kind_not_yours', 'accepted'],
    ]);
    expect(answers.every(({ message, outcome }) => outcome !== 'refused' || message)).toBe(true);
    expect(musterTable(await readFacts(world.ctx, all.drillId), [])).toEqual([]);
  });

  it('are worked out to the site’s time, whatever the phones’ clocks say', async () => {
    await begin();
    const [fromId, toId] = [tapped(10, {}), tapped(195, {})];
    const skewed = (entry: SentEntry, hours: number): SentEntry => ({
      ...entry,
      deviceAt: entry.deviceAt + hours * 3_600_000,
    });
    const from = skewed({ ...fromId, kind: 'measure_from', ref: 'm1' }, -5);
    const to = skewed({ ...toId, kind: 'measure_to', ref: 'm1', offset: -9 * 3_600_000 }, 9);
    const early = sending(all.drillId, 400, [from]);
    early.sentAt -= 5 * 3_600_000;
    await recordEntries(after(world, 400), all.leader, early);
    // This phone's clock was put right before it found its link.
    await recordEntries(after(world, 900), all.evaluator, sending(all.drillId, 900, [to]));
    const file = await findDrill(world.ctx, all.drillId);
    const [time] = measureTimes(await readFacts(world.ctx, all.drillId), file!.script);
    expect(time).toMatchObject({ seconds: 185, fromAt: DRILL_STARTS.getTime() + 10_000 });
    const rows = await stored();
    expect(rows.map(({ at }) => at.getTime() - DRILL_STARTS.getTime()).sort(byNumber)).toEqual([
      ...[10_000, 195_000],
    ]);
    expect(rows.map(({ deviceAt }) => deviceAt.getTime()).sort(byNumber)).toEqual(
      [from.deviceAt, to.deviceAt].sort(byNumber),
    );
  });

  it('merge to the same log in whichever order three phones find their link', async () => {
    await begin();
    const phones: [Holder, SentEntry[]][] = [
      [all.leader, [muster(100, 38), tapped(90, { kind: 'measure_from', ref: 'm1' })]],
      [all.evaluator, [tapped(95, { kind: 'measure_from', ref: 'm1' }), muster(150, 40)]],
      [all.controller, [tapped(300, { kind: 'measure_to', ref: 'm1' })]],
    ];
    const other = await createWorld();
    const twin = await crew(other);
    await started(other.ctx, twin.organiser, twin.drillId);
    for (const [by, entries] of phones) await send(by, entries, 500);
    const others = [twin.leader, twin.evaluator, twin.controller];
    for (const index of [2, 0, 1]) {
      for (const entry of phones[index]![1].toReversed()) {
        const input = sending(twin.drillId, 700, [entry]);
        await recordEntries(after(other, 700), others[index]!, input);
      }
    }
    expect(await readFacts(other.ctx, twin.drillId)).toEqual(
      await readFacts(world.ctx, all.drillId),
    );
  });

  it('flow for a day after the end, and no longer; before, for half a day', async () => {
    const opens = -12 * 3600;
    expect(outcomesOf(await send(all.leader, [muster(opens - 1, 1)], opens - 1))).toEqual([
      'log_not_open',
    ]);
    expect(outcomesOf(await send(all.leader, [muster(opens, 1)], opens))).toEqual(['accepted']);
    await begin();
    await ended(world.ctx, all.organiser, all.drillId);
    const closes = 45 * 60 + 24 * 3600;
    expect(outcomesOf(await send(all.leader, [muster(200, 40)], closes))).toEqual(['accepted']);
    expect(outcomesOf(await send(all.leader, [muster(200, 40)], closes + 1))).toEqual([
      'log_closed',
    ]);
  });

  it('stop at their limits', async () => {
    await begin();
    const { ctx } = world;
    await ctx.db.$client.execute({
      sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 599)
        INSERT INTO drill_log_entries
          (id, drill_id, participant_id, person_id, kind, ref, unit, at, device_at, received_at)
        SELECT substr('00000000-0000-4000-8000-' || printf('%012d', i), 1, 36), ?, ?, ?, 'stop_heard', '', '', ?, ?, ?
          FROM n`,
      args: [
        ...[all.drillId, all.leaderPart, all.leader.id],
        ...Array.from({ length: 3 }, () => DRILL_STARTS.getTime()),
      ],
    });
    expect(outcomesOf(await send(all.leader, [muster(1, 1), muster(2, 2)]))).toEqual([
      ...['accepted', 'entries_used_up'],
    ]);
    await ctx.db.update(drillLogs).set({ entries: 5000 });
    expect(outcomesOf(await send(all.evaluator, [muster(3, 3)]))).toEqual(['drill_logs_room']);
  });

  it('never change and never go; only their words are forgotten', async () => {
    await begin();
    await send(all.evaluator, [tapped(60, { kind: 'observation', note: '东门锁着' })]);
    const { db } = world.ctx;
    await expect(db.update(drillLogEntries).set({ at: new Date(0) })).rejects.toThrow();
    await expect(db.delete(drillLogEntries)).rejects.toThrow();
    const [entry] = await readLog(world.ctx, all.drillId);
    expect(entry).toMatchObject({ note: '东门锁着', role: '社区评估员' });
    expect(JSON.stringify(await stored())).not.toContain('东门');
    const evaluator = await findPerson(world.ctx, all.evaluator.id);
    expect((await readOwnData(world.ctx, evaluator!)).drillLog).toMatchObject([
      { kind: 'observation', note: '东门锁着' },
    ]);
    const late = (days: number) => world.at(new Date(DRILL_STARTS.getTime() + days * DAY_MS));
    expect(await forgetLogNotes(late(NOTES_KEPT_DAYS - 1))).toBe(0);
    expect(await forgetLogNotes(late(NOTES_KEPT_DAYS + 1))).toBe(1);
    expect(await readLog(world.ctx, all.drillId)).toMatchObject([{ note: '' }]);
  });

  it('lose their words with the key of whoever wrote them', async () => {
    await begin();
    await send(all.evaluator, [tapped(60, { kind: 'observation', note: '东门锁着' })]);
    const { db } = world.ctx;
    await db.update(people).set({ dataKeyCipher: new Uint8Array() });
    expect(await readLog(world.ctx, all.drillId)).toMatchObject([{ note: '' }]);
  });
});

describe('the page’s own form', () => {
  it('writes one entry, once for each key', async () => {
    await begin();
    const key = crypto.randomUUID();
    const ctx = after(world, 120);
    const input = {
      ...{ drillId: all.drillId, kind: 'muster', unit: '３栋', value: '38', expected: '' },
    };
    const first = await recordEntry(ctx, all.leader, input, key);
    expect(await recordEntry(ctx, all.leader, input, key)).toEqual(first);
    expect(await readFacts(world.ctx, all.drillId)).toEqual([
      expect.objectContaining({ unit: '3栋', value: 38, expected: null, at: ctx.now.getTime() }),
    ]);
  });

  it('names what is missing', async () => {
    const record = (values: object) =>
      recordEntry(
        after(world, 0),
        all.evaluator,
        { drillId: all.drillId, ...values },
        'k'.repeat(20),
      );
    await expect(record({ kind: 'muster', unit: '', value: '' })).rejects.toMatchObject({
      fields: [{ field: 'unit' }, { field: 'value' }],
    });
    await expect(record({ kind: 'observation', note: ' ' })).rejects.toMatchObject({
      fields: [{ field: 'note' }],
    });
    await expect(record({ kind: 'drop tables' })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('what a phone is told', () => {
  it('gives expected heads by sign-up, else by the last recorded drill', async () => {
    await recorded(world.ctx, all.organiser, (await organiserOf()).organiser);
    const run = await readRun(world.ctx, all.leader, { drillId: all.drillId });
    expect(run?.units).toEqual([
      { unit: '3栋', expected: 1 },
      { unit: '一年级1班', expected: 42 },
      { unit: '一年级2班', expected: 40 },
    ]);
    expect(run?.me).toMatchObject({ hand: 'play', role: '楼栋长', unit: '3栋' });
  });

  it('names people, masked, to those alone who lead or judge', async () => {
    const people_ = async (by: Holder) =>
      (await readRun(world.ctx, by, { drillId: all.drillId }))?.people.map(({ role }) => role);
    expect(await people_(all.controller)).toEqual(['楼栋长', '总导调', '社区评估员']);
    expect(await people_(all.leader)).toEqual([]);
  });

  it('changes its version with every entry, and its state with start and stop', async () => {
    const live = (second: number, by = all.leader) =>
      readLive(after(world, second), by, { drillId: all.drillId });
    expect(await live(-60)).toMatchObject({ state: 'preparing', startedAt: null, version: 0 });
    await begin();
    await send(all.leader, [muster(100, 38)]);
    expect(await live(200)).toMatchObject({
      ...{ state: 'running', startedAt: DRILL_STARTS.getTime(), version: 1 },
      muster: { counted: 1, present: 38, missing: 2 },
    });
    await ended(world.ctx, all.controller, all.drillId, { kind: 'real_event' });
    expect(await live(3000)).toMatchObject({ state: 'over', end: 'real_event' });
  });

  it('is not there for people without a part, nor of a drill that does not exist', async () => {
    const stranger = { id: (await world.person()).person.id, roles: [] };
    for (const drillId of [all.drillId, crypto.randomUUID(), 'x']) {
      expect(await readRun(world.ctx, stranger, { drillId })).toBeUndefined();
      expect(await readLive(world.ctx, stranger, { drillId })).toBeUndefined();
    }
    await expect(
      recordEntries(world.ctx, stranger, sending(all.drillId, 0, [tapped(0, {})])),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

async function organiserOf() {
  const standing = await findStanding(world.ctx, all.organiser, { drillId: all.drillId });
  const organisationId = standing?.file.drill.organisationId ?? '';
  return { organiser: { organisationId, regionCode: '' } };
}

describe('what is to come', () => {
  /** Two drills that differ in nothing but in what is still to come. */
  async function rewrite(which: World, drillId: string, writtenBy: string): Promise<void> {
    const file = await findDrill(which.ctx, drillId);
    const script = {
      ...file!.script,
      injects: file!.script.injects.map((inject) =>
        inject.minute < 4
          ? inject
          : { ...inject, text: `演练·另一件事，说得长得多，还有很多话要说${inject.id}` },
      ),
    };
    await which.ctx.db.insert(drillScripts).values({
      ...{ drillId, version: file!.scriptVersion + 1, script: JSON.stringify(script) },
      ...{ writtenBy, writtenAt: which.ctx.now },
    });
  }

  it('is in nothing that a role is sent before its minute, to the byte', async () => {
    const other = await createWorld();
    const twin = await crew(other);
    await rewrite(other, twin.drillId, twin.organiser.id);
    const answers = async (which: World, { drillId, tokens }: Crew, second: number) => {
      const api = createApi(which, new Date(DRILL_STARTS.getTime() + second * 1000));
      const blank = (text: string) =>
        text.replaceAll(drillId, 'drill').replace(/"participantId":"[^"]+"/, '');
      return Promise.all(
        ['run', 'live'].map(async (noun) => {
          const answer = await api.send(`/api/drills/${drillId}/${noun}`, {}, tokens.leader);
          const text = await answer.text();
          return { status: answer.status, etag: answer.headers.get('ETag'), text: blank(text) };
        }),
      );
    };
    const same = async (second: number) => {
      const [here, there] = await Promise.all([
        answers(world, all, second),
        answers(other, twin, second),
      ]);
      expect(here).toEqual(there);
      expect(here[0]?.status).toBe(200);
      return here[0]!.text;
    };
    const before = await same(-60);
    expect(before).not.toContain('桌下');
    expect(before).toContain('"injects":[],"measures":[]');
    await begin();
    await started(other.ctx, twin.organiser, twin.drillId);
    const during = await same(239);
    expect(during).toContain('桌下');
    expect(during).not.toContain('不往楼下跑');
    expect(during).not.toContain('独居老人');
    const [here, there] = [await answers(world, all, 240), await answers(other, twin, 240)];
    expect(here[0]?.text).toContain('独居老人');
    expect(here[0]).not.toEqual(there[0]);
  });

  it('of a blind drill is not even there for whom it tests, until it begins', async () => {
    const fresh = await createWorld();
    const blind = await crew(fresh, { blind: 'yes' });
    const { drillId, tokens } = blind;
    const api = createApi(fresh, new Date(DRILL_STARTS.getTime() - 60_000));
    const nowhere = await api.get(`/api/drills/${crypto.randomUUID()}/live`, tokens.leader);
    for (const noun of ['run', 'live']) {
      const hidden = await api.get(`/api/drills/${drillId}/${noun}`, tokens.leader);
      expect(hidden.status).toBe(404);
      expect(Object.keys(hidden.body as object)).toEqual(Object.keys(nowhere.body as object));
      expect((await api.get(`/api/drills/${drillId}/${noun}`, tokens.evaluator)).status).toBe(200);
    }
    await started(fresh.ctx, blind.organiser, drillId);
    const later = createApi(fresh, new Date(DRILL_STARTS.getTime() + 1000));
    expect((await later.get(`/api/drills/${drillId}/run`, tokens.leader)).status).toBe(200);
  });
});

describe('the API', () => {
  it('answers 304 while nothing has changed, with the site’s time, and anew when it has', async () => {
    const { drillId, tokens } = all;
    await begin();
    const ask = (second: number, tag?: string) =>
      createApi(world, new Date(DRILL_STARTS.getTime() + second * 1000)).send(
        `/api/drills/${drillId}/live`,
        tag ? { headers: { 'If-None-Match': tag } } : {},
        tokens.evaluator,
      );
    const first = await ask(1);
    const tag = first.headers.get('ETag')!;
    expect(await first.json()).toMatchObject({
      state: 'running',
      at: DRILL_STARTS.getTime() + 1000,
    });
    const same = await ask(2, tag);
    expect(same.status).toBe(304);
    expect(same.headers.get('X-Site-Time')).toBe(String(DRILL_STARTS.getTime() + 2000));
    expect((await ask(3, `W/${tag}`)).status).toBe(304);
    await ended(world.ctx, all.controller, drillId, { kind: 'stopped' });
    const stopped = await ask(2800, tag);
    expect(stopped.status).toBe(200);
    expect(await stopped.json()).toMatchObject({ state: 'over', end: 'stopped' });
  });

  it('takes entries, starts and ends by right, and tells wrong ones in Chinese', async () => {
    const { drillId, tokens } = all;
    const api = createApi(world, DRILL_STARTS);
    const start = `/api/drills/${drillId}/start`;
    expect((await api.post(start, undefined, { token: tokens.leader })).status).toBe(404);
    expect((await api.post(start, undefined, { token: tokens.controller })).status).toBe(200);
    const { drillId: _, ...body } = sending(drillId, 0, [muster(0, 40)]);
    const entries = `/api/drills/${drillId}/entries`;
    expect((await api.post(entries, body)).status).toBe(401);
    expect(await api.post(entries, body, { token: tokens.leader })).toMatchObject({
      status: 200,
      body: { outcomes: [{ outcome: 'accepted' }] },
    });
    const wrong = { ...body, entries: [{ ...body.entries[0], value: -1 }] };
    expect(await api.post(entries, wrong, { token: tokens.leader })).toMatchObject({
      status: 422,
      body: { errors: [{ message: '请写到了几个人' }] },
    });
    const many = { ...body, entries: Array.from({ length: 101 }, () => muster(0, 1)) };
    expect((await api.post(entries, many, { token: tokens.leader })).status).toBe(422);
    const end = { kind: 'real_event', reason: '' };
    const over = await api.post(`/api/drills/${drillId}/end`, end, { token: tokens.controller });
    expect(over.status).toBe(200);
  });

  it('hands out a page to install to those alone who have a part', async () => {
    const api = createApi(world);
    const path = `/me/drills/${all.drillId}/run/manifest.json`;
    const { body } = await api.get(path, all.tokens.leader);
    expect(body).toMatchObject({ start_url: `/me/drills/${all.drillId}/run`, name: /^演练·/ });
    expect((await api.get(path, (await world.person()).token)).status).toBe(404);
  });

  it('refuses what a cancelled drill is sent', async () => {
    await cancelDrill(world.ctx, all.organiser, { drillId: all.drillId, reason: '台风' }, key());
    expect(outcomesOf(await send(all.leader, [muster(0, 1)]))).toEqual(['log_is_cancelled']);
  });
});

const key = () => crypto.randomUUID();
const byNumber = (a: number, b: number) => a - b;
