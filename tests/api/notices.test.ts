import { describe, expect, it } from 'vitest';
import { sql } from 'drizzle-orm';
import {
  checkNotice,
  releaseNotice,
  reviseNotice,
  withdrawNotice,
  writeNotice,
} from '../../src/features/notices/commands.ts';
import {
  findNotice,
  listNotices,
  listNoticesAtWork,
  newestNotices,
  NOTICES_SHOWN,
} from '../../src/features/notices/queries.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { noticeVersions } from '../../src/features/notices/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import {
  colleague,
  draft,
  lastVersion,
  noticeWords,
  released,
} from '../helpers/losing-states-publications.ts';
import { releaseTestNotice } from '../helpers/publishing.ts';
import { NOW } from '../helpers/session.ts';
import { holder } from '../helpers/losing-states-console.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const UNKNOWN = '01930000-0000-7000-8000-000000000000';

describe('three steps', () => {
  it('put a notice before the public, and nothing less does', async () => {
    const world = await createWorld();
    const { noticeId, versionId } = await draft(world);
    const api = createApi(world);
    const isPublic = async () => (await api.get(`/api/notices/${noticeId}`)).status === 200;
    expect(await isPublic()).toBe(false);
    await checkNotice(world.ctx, await colleague(world), { versionId, outcome: 'passed' }, key());
    expect(await isPublic()).toBe(false);
    expect(await listNotices(world.ctx)).toEqual([]);
    await releaseNotice(world.ctx, await colleague(world), { versionId }, key());
    const { body } = await api.get(`/api/notices/${noticeId}`);
    expect(body).toMatchObject({ ...noticeWords, version: 1, corrections: [], region: null });
    const actions = await world.ctx.db.select({ action: auditEntries.action }).from(auditEntries);
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['notice.write', 'notice.check', 'notice.release']),
    );
  });

  it('are taken anew by a correction, whose reason the public reads; the version before it is kept', async () => {
    const world = await createWorld();
    const { noticeId, writer } = await released(world);
    const correction = {
      ...noticeWords,
      noticeId,
      base: 1,
      body: '周二闭馆。',
      reason: '日期写错了',
    };
    await reviseNotice(world.ctx, writer, correction, key());
    const api = createApi(world);
    const read = async () => (await api.get(`/api/notices/${noticeId}`)).body;
    expect(await read()).toMatchObject({ body: noticeWords.body, version: 1 });
    const versionId = await lastVersion(world, noticeId);
    await checkNotice(world.ctx, await colleague(world), { versionId, outcome: 'passed' }, key());
    await releaseNotice(world.at(addMinutes(NOW, 9)), await colleague(world), { versionId }, key());
    expect(await read()).toMatchObject({
      body: '周二闭馆。',
      version: 2,
      // A correction does not make an old notice new.
      releasedAt: NOW.toISOString(),
      corrections: [{ version: 2, reason: '日期写错了' }],
    });
    const found = await findNotice(world.ctx, noticeId);
    expect(found?.versions.map(({ version }) => version.body)).toEqual([
      '周二闭馆。',
      noticeWords.body,
    ]);
  });

  it('cannot be undone in the database: a version neither changes nor goes', async () => {
    const world = await createWorld();
    await released(world);
    const { db } = world.ctx;
    await expect(db.update(noticeVersions).set({ body: '别的' })).rejects.toThrow();
    await expect(db.delete(noticeVersions)).rejects.toThrow();
    await expect(db.run(sql`DELETE FROM notice_releases`)).rejects.toThrow();
    const [version] = await db.select().from(noticeVersions);
    expect(version?.body).toBe(noticeWords.body);
  });

  it('may be taken again after a correction by those who took others before', async () => {
    const world = await createWorld();
    const { noticeId, writer, checker } = await released(world);
    const correction = { ...noticeWords, noticeId, base: 1, reason: '示例' };
    await reviseNotice(world.ctx, checker, correction, key());
    const versionId = await lastVersion(world, noticeId);
    await checkNotice(world.ctx, writer, { versionId, outcome: 'passed' }, key());
    await releaseNotice(world.ctx, await colleague(world), { versionId }, key());
    expect((await findNotice(world.ctx, noticeId))?.notice.releasedNumber).toBe(2);
  });

  it('let one of two people at the same moment win', async () => {
    const world = await createWorld();
    const { versionId } = await draft(world);
    const checkers = [await colleague(world), await colleague(world)];
    const outcomes = await Promise.allSettled(
      checkers.map((by) => checkNotice(world.ctx, by, { versionId, outcome: 'passed' }, key())),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('make one notice of two clicks', async () => {
    const world = await createWorld();
    const by = await colleague(world);
    const once = key();
    const both = [
      writeNotice(world.ctx, by, noticeWords, once),
      writeNotice(world.ctx, by, noticeWords, once),
    ];
    const [first, second] = await Promise.all(both);
    expect(first).toEqual(second);
    expect(await listNoticesAtWork(world.ctx, { open: true })).toHaveLength(1);
  });
});

describe('a withdrawn notice', () => {
  it('is gone from lists, feed and API', async () => {
    const world = await createWorld();
    const { noticeId, writer } = await released(world);
    await withdrawNotice(world.ctx, writer, { noticeId, reason: '示例：写错了' }, key());
    const api = createApi(world);
    expect((await api.get(`/api/notices/${noticeId}`)).body).toMatchObject({
      code: 'notice_unknown',
    });
    expect((await api.get('/api/notices')).body).toEqual([]);
    expect((await api.get('/notices.atom')).body).not.toContain(noticeId);
    expect(await listNoticesAtWork(world.ctx, { open: true })).toEqual([]);
    expect(await listNoticesAtWork(world.ctx, { open: false })).toHaveLength(1);
  });
});

describe('the list', () => {
  it('goes on by key, each once, newest first', async () => {
    const world = await createWorld();
    const editors = [
      await colleague(world),
      await colleague(world),
      await colleague(world),
    ] as const;
    for (let nth = 0; nth < NOTICES_SHOWN + 3; nth += 1) {
      await releaseTestNotice(world.at(addMinutes(NOW, nth % 4)), editors, { title: `示例${nth}` });
    }
    const first = await listNotices(world.ctx);
    const rest = await listNotices(world.ctx, { before: first.at(-1)?.notice.id });
    const all = [...first, ...rest].map(({ notice }) => notice);
    expect(new Set(all.map(({ id }) => id)).size).toBe(NOTICES_SHOWN + 3);
    expect(all).toEqual(
      all.toSorted((a, b) => Number(b.releasedAt) - Number(a.releasedAt) || (a.id < b.id ? 1 : -1)),
    );
  });

  it('shows a region what is meant for it, for a part of it, for what it is part of, and for everybody', async () => {
    const world = await createWorld();
    const regions = ['320900', '320904', '320000', '320700', '360222', undefined];
    for (const region of regions) await released(world, { title: region ?? '全部', region });
    const seen = async (region: string) =>
      (await listNotices(world.ctx, { region })).map(({ version }) => version.title).sort();
    expect(await seen('320900')).toEqual(['320000', '320900', '320904', '全部']);
    expect(await seen('320904')).toEqual(['320000', '320900', '320904', '全部']);
    expect(await seen('360000')).toEqual(['360222', '全部']);
  });

  it('leaves what is over to the list, not to the first page', async () => {
    const world = await createWorld();
    await released(world, { validUntil: '2026-11-25' });
    expect(await newestNotices(world.ctx, '2026-11-25', 3)).toHaveLength(1);
    expect(await newestNotices(world.ctx, '2026-11-26', 3)).toEqual([]);
    expect(await listNotices(world.ctx)).toHaveLength(1);
  });

  it('is read by its index', async () => {
    const { ctx } = await createWorld();
    const { rows } = await ctx.db.$client.execute(
      `EXPLAIN QUERY PLAN SELECT * FROM notices WHERE released_at IS NOT NULL AND withdrawn_at IS NULL
       AND kind = 'service' ORDER BY released_at DESC, id DESC LIMIT 20`,
    );
    expect(rows.map((row) => row['detail'])).toEqual([
      expect.stringContaining('notices_public_by_kind'),
    ]);
  });
});

describe('the API of notices', () => {
  it('names what is wrong in an address', async () => {
    const api = createApi(await createWorld());
    for (const query of ['kind=x', 'region=999999', 'before=x', 'region=%27--']) {
      expect((await api.get(`/api/notices?${query}`)).status).toBe(422);
    }
    expect((await api.get(`/api/notices/${UNKNOWN}`)).status).toBe(404);
  });
});

describe('the feed', () => {
  const hostile = '<script>alert(1)</script> & "]]>" \u{1f525} \ufffe';

  it('is XML whatever somebody has written', async () => {
    const world = await createWorld();
    const words = { title: hostile, body: `${hostile}\n\n<b>x</b>`, issuer: hostile };
    const { noticeId } = await released(world, words);
    const { body, headers } = await createApi(world).get('/notices.atom');
    expect(headers.get('Content-Type')).toBe('application/atom+xml; charset=utf-8');
    const xml = body as string;
    expect(xml).not.toMatch(/<script|<b>|\ufffe/);
    expect(xml).toContain('<title>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;]]&gt;&quot;');
    expect(xml).toContain(`urn:uuid:${noticeId}`);
    expect(unbalanced(xml)).toEqual([]);
    expect(xml).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
  });

  /** Tags that are opened and not closed in their order; attributes hold no angle bracket. */
  function unbalanced(xml: string): string[] {
    const open: string[] = [];
    for (const [, close, name = '', empty] of xml.matchAll(/<(\/?)([\w:]+)[^<>]*?(\/?)>/g)) {
      if (empty) continue;
      if (!close) open.push(name);
      else if (open.pop() !== name) return [name];
    }
    return open;
  }
});

describe('an editor of a region', () => {
  const editorOf = (world: World, scopeId: string) =>
    holder(world, { role: 'editor', scopeKind: 'region', scopeId }).then(({ by }) => by);
  const HERE = { ...noticeWords, region: '320904' };

  it('writes, checks and releases for it and its parts, with colleagues of the region or the site', async () => {
    const world = await createWorld();
    const county = await editorOf(world, '320904');
    const { noticeId } = await writeNotice(world.ctx, county, HERE, key());
    const versionId = await lastVersion(world, noticeId);
    const city = await editorOf(world, '320900');
    await checkNotice(world.ctx, city, { versionId, outcome: 'passed' }, key());
    await releaseNotice(world.ctx, await colleague(world), { versionId }, key());
    expect(await listNotices(world.ctx, { region: '320904' })).toHaveLength(1);
  });

  it('is told in the form when the words would reach further, and nothing is written', async () => {
    const world = await createWorld();
    const county = await editorOf(world, '320904');
    for (const region of [undefined, '320902', '320900', '320000']) {
      await expect(
        writeNotice(world.ctx, county, { ...noticeWords, region }, key()),
      ).rejects.toMatchObject({ reason: 'region_elsewhere', fields: [{ field: 'region' }] });
    }
    expect(await listNoticesAtWork(world.ctx, { open: true })).toEqual([]);
  });

  it('sees at work what is meant for it alone', async () => {
    const world = await createWorld();
    await draft(world);
    await writeNotice(world.ctx, await editorOf(world, '320904'), HERE, key());
    const regions = ['320900'];
    expect(await listNoticesAtWork(world.ctx, { open: true, regions })).toHaveLength(1);
    expect(await listNoticesAtWork(world.ctx, { open: true, regions: ['320700'] })).toEqual([]);
    expect(await listNoticesAtWork(world.ctx, { open: true })).toHaveLength(2);
  });

  it('takes no step with what is another’s: the guards say so, whatever the page showed', async () => {
    const world = await createWorld();
    const next = await editorOf(world, '320902');
    const { noticeId } = await writeNotice(world.ctx, await editorOf(world, '320904'), HERE, key());
    const versionId = await lastVersion(world, noticeId);
    const check = { versionId, outcome: 'passed' };
    await expect(checkNotice(world.ctx, next, check, key())).rejects.toMatchObject({
      reason: 'checking_not_yours',
    });
    // Drawn over to one's own region, it would be taken from the other.
    const taken = { ...noticeWords, region: '320902', noticeId, base: 1 };
    await expect(reviseNotice(world.ctx, next, taken, key())).rejects.toMatchObject({
      reason: 'writing_not_yours',
    });
    await checkNotice(world.ctx, await colleague(world), check, key());
    await expect(releaseNotice(world.ctx, next, { versionId }, key())).rejects.toMatchObject({
      reason: 'release_not_yours',
    });
    await releaseNotice(world.ctx, await colleague(world), { versionId }, key());
    const withdrawal = { noticeId, reason: '示例' };
    await expect(withdrawNotice(world.ctx, next, withdrawal, key())).rejects.toMatchObject({
      reason: 'release_not_yours',
    });
  });
});
