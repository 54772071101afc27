import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  addFileEvidence,
  addStamp,
  linkEvidence,
  removeEvidence,
  reuseEvidence,
  submitDraft,
  withdrawApplication,
} from '../../src/features/application-drafts/commands.ts';
import { startRows } from '../../src/features/application-drafts/statements.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import {
  allLines,
  lastHandedIn,
  listFrozenEvidence,
} from '../../src/features/application-drafts/policy.ts';
import { listStamps, readDraft } from '../../src/features/application-drafts/queries.ts';
import {
  applicationEntries,
  applicationEvidence,
  applicationRounds,
  applications,
} from '../../src/features/applications/table.ts';
import { completeUpload, keepPart, startUpload } from '../../src/features/files/commands.ts';
import { PART_BYTES } from '../../src/features/files/policy.ts';
import { findUpload } from '../../src/features/files/queries.ts';
import { fileLinks, files } from '../../src/features/files/table.ts';
import { findPerson, personPhone } from '../../src/features/accounts/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { listSiteEvidence } from '../../src/features/site-evidence/queries.ts';
import type { FileContext } from '../../src/lib/storage.ts';
import { newId } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { bestEntry, filled, handedIn, save, sent } from '../helpers/application-drafts.ts';
import { saved } from '../helpers/communities.ts';
import {
  begun,
  decided,
  listProgrammes,
  loaded,
  PROGRAMME,
  reviewerOf,
  type Filed,
} from '../helpers/filed-applications.ts';
import { hexHash, partsIn, pdf, withStore } from '../helpers/files.ts';
import { openStore, type TestStore } from '../helpers/store.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
let store: TestStore;
let ctx: FileContext;
let filed: Filed;

beforeEach(async () => {
  world = await createWorld();
  store = await openStore();
  ctx = withStore(world.ctx, store);
  filed = await begun(world);
});

const lastFourOf = async (person: Person) => (await personPhone(ctx, person)).slice(-4);
const rowsOf = (entry: string) =>
  ctx.db
    .select()
    .from(applicationEntries)
    .where(
      and(
        eq(applicationEntries.applicationId, filed.applicationId),
        eq(applicationEntries.key, entry),
      ),
    );
const startDraft = (input: object) => {
  const { head } = filed.own;
  return beginApplication(ctx, head, input, listProgrammes, key(), startRows(ctx, head, input));
};
const draftNow = async () => readDraft(ctx, await loaded(ctx, filed.applicationId));
const point = (entry: string, version: number, reason: string) => ({
  ...{ entry, version: String(version), said: 'yes', reason },
});
const where = (part: 'condition' | 'point', entry: string) => ({
  ...{ applicationId: filed.applicationId, part, entry },
});
const add = (entry: string, file: string, more: object = {}) =>
  addFileEvidence(
    ctx,
    filed.own.head,
    { ...where('point', entry), kind: 'file', title: '', file, ...more },
    listProgrammes,
    key(),
  );

describe('two officers on one draft', () => {
  it('write different entries at once, and both stand', async () => {
    const { head, colleague } = filed.own;
    await Promise.all([
      save(ctx, head, filed, 'point', [point('leadership-duty', 0, '甲写的')]),
      save(ctx, colleague, filed, 'point', [point('money-used', 0, '乙写的')]),
    ]);
    const { entries } = await draftNow();
    expect(entries.map((one) => [one.key, one.reason])).toEqual([
      ['leadership-duty', '甲写的'],
      ['money-used', '乙写的'],
    ]);
  });

  it('write the same entry at once: one stands, the other is told which it was', async () => {
    const { head, colleague } = filed.own;
    const outcomes = await Promise.allSettled([
      save(ctx, head, filed, 'point', [point('leadership-duty', 0, '甲写的')]),
      save(ctx, colleague, filed, 'point', [point('leadership-duty', 0, '乙写的')]),
    ]);
    const lost = outcomes.filter((one) => one.status === 'rejected');
    expect(lost).toHaveLength(1);
    expect(lost[0]!.reason).toMatchObject({
      reason: 'entry_overtaken',
      fields: [{ field: 'leadership-duty.reason' }],
    });
    expect(await rowsOf('leadership-duty')).toHaveLength(1);
  });

  it('leave alone what they only read: a page sent whole undoes nothing that another wrote since', async () => {
    const { head, colleague } = filed.own;
    await save(ctx, head, filed, 'point', [
      point('leadership-duty', 0, '一'),
      point('money-used', 0, '一'),
    ]);
    await save(ctx, colleague, filed, 'point', [point('leadership-duty', 1, '二')]);
    const { versions } = await save(ctx, head, filed, 'point', [
      point('leadership-duty', 1, '一'),
      point('money-used', 1, '二'),
    ]);
    expect(versions).toEqual({ 'leadership-duty': 2, 'money-used': 2 });
    const { entries } = await draftNow();
    expect(entries.map(({ reason }) => reason)).toEqual(['二', '二']);
  });

  it('keeps nothing of a page of which one entry was overtaken, and every version that was saved', async () => {
    const { head, colleague } = filed.own;
    await save(ctx, colleague, filed, 'point', [point('leadership-duty', 0, '乙写的')]);
    await expect(
      save(ctx, head, filed, 'point', [
        point('leadership-duty', 0, '甲写的'),
        point('money-used', 0, '甲写的'),
      ]),
    ).rejects.toMatchObject({ reason: 'entry_overtaken' });
    expect(await rowsOf('money-used')).toEqual([]);
    await save(ctx, head, filed, 'point', [point('leadership-duty', 1, '甲乙都写的')]);
    expect((await rowsOf('leadership-duty')).map(({ reason }) => reason)).toEqual([
      '乙写的',
      '甲乙都写的',
    ]);
  });

  it('writes nothing where nothing changed', async () => {
    await save(ctx, filed.own.head, filed, 'point', [point('leadership-duty', 0, '')]);
    const again = await save(ctx, filed.own.colleague, filed, 'point', [
      point('leadership-duty', 1, ''),
    ]);
    expect(again.versions).toEqual({ 'leadership-duty': 1 });
    expect(await rowsOf('leadership-duty')).toHaveLength(1);
  });

  it('names every field that is wrong, with its entry', async () => {
    await expect(
      save(ctx, filed.own.head, filed, 'point', [
        { entry: 'closed-share', version: '0', counted: '9', whole: '7', reason: '' },
        { entry: 'vulnerable-paired', version: '0', counted: '3', whole: '', reason: '' },
        { ...point('leadership-duty', 0, '找王某13800000000'), said: 'maybe' },
      ]),
    ).rejects.toMatchObject({
      code: 'invalid',
      fields: [
        { field: 'closed-share.counted' },
        { field: 'vulnerable-paired.whole' },
        { field: 'leadership-duty.reason' },
      ],
    });
    expect((await draftNow()).entries).toEqual([]);
  });
});

describe('evidence', () => {
  it('is linked by the hash of what the site says, and not when that has changed', async () => {
    const { head, organisationId } = filed.own;
    await saved(ctx, head, organisationId, 'officers');
    const { application } = await loaded(ctx, filed.applicationId);
    const site = await listSiteEvidence(ctx, application);
    const fact = site.find(({ figure }) => figure === 'information_officers')!;
    expect(fact.title).toContain('2人');
    const input = {
      ...where('condition', 'officer'),
      ...{ kind: 'profile', figure: 'information_officers', sha256: fact.sha256 },
    };
    await saved(ctx, head, organisationId, 'officers', {
      version: 1,
      values: { officers: '3' },
    });
    await expect(linkEvidence(ctx, head, input, listProgrammes, key())).rejects.toMatchObject({
      reason: 'evidence_changed',
    });
    const now = (await listSiteEvidence(ctx, application)).find(
      ({ figure }) => figure === 'information_officers',
    )!;
    await linkEvidence(ctx, head, { ...input, sha256: now.sha256 }, listProgrammes, key());
    expect((await draftNow()).evidence).toMatchObject([{ kind: 'profile', fileId: null }]);
  });

  it('is one’s own: the database refuses another’s record', async () => {
    const other = await begun(world, { name: '别的社区居民委员会' });
    const row = {
      ...{
        id: newId(ctx.now),
        applicationId: filed.applicationId,
        part: 'point' as const,
        key: 'x',
      },
      ...({ kind: 'roster', subjectId: other.own.organisationId, title: '名册' } as const),
      ...{ digest: new Uint8Array(32), addedBy: filed.own.head.id, addedAt: ctx.now },
    } as const;
    await expect(ctx.db.insert(applicationEvidence).values(row)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('evidence_unknown') as string },
    });
  });

  it(
    'comes as a file whose line broke at 99 %, and has the hash of the whole',
    { timeout: 20_000 },
    async () => {
      const bytes = pdf(PART_BYTES + 80_000);
      bytes.fill(7, 1000);
      const owner = (await findPerson(ctx, filed.own.head.id))!;
      const input = { purpose: 'application_evidence', name: '台账.pdf', size: bytes.length };
      const { fileId } = await startUpload(ctx, owner, input, key());
      const [first, last] = partsIn(bytes);
      await keepPart(ctx, owner, { fileId, number: 0, sha256: hexHash(first!) }, first!);
      store.failAfter = 0;
      await expect(
        keepPart(ctx, owner, { fileId, number: 1, sha256: hexHash(last!) }, last!),
      ).rejects.toThrow();
      store.failAfter = Number.POSITIVE_INFINITY;
      await expect(add('leadership-duty', fileId)).rejects.toMatchObject({
        reason: 'file_incomplete',
      });
      const { parts } = (await findUpload(ctx, owner.id, fileId))!;
      expect(parts.map(({ number }) => number)).toEqual([0]);
      await keepPart(ctx, owner, { fileId, number: 1, sha256: hexHash(last!) }, last!);
      await completeUpload(ctx, owner, { fileId }, key());
      await add('leadership-duty', fileId);
      const [piece] = (await draftNow()).evidence;
      expect(Buffer.from(piece!.digest).toString('hex')).toBe(hexHash(bytes));
      expect(piece).toMatchObject({ title: '分工文件', fileId });
    },
  );

  it('keeps the same bytes once, and says so', async () => {
    const { head, colleague } = filed.own;
    const one = await sent(ctx, head, pdf(300, '同一份'));
    expect(await add('leadership-duty', one)).toMatchObject({ isReused: false });
    const two = await sent(ctx, colleague, pdf(300, '同一份'));
    const input = { ...where('point', 'grid-checked'), kind: 'file', title: '', file: two };
    expect(await addFileEvidence(ctx, colleague, input, listProgrammes, key())).toMatchObject({
      isReused: true,
    });
    const { evidence } = await draftNow();
    expect(evidence.map(({ fileId }) => fileId)).toEqual([one, one]);
    expect(await ctx.db.select().from(fileLinks).where(eq(fileLinks.fileId, two))).toEqual([]);
    await expect(add('leadership-duty', one)).rejects.toMatchObject({ reason: 'evidence_there' });
  });

  it('sent at once by two keeps the bytes once', async () => {
    const { head, colleague } = filed.own;
    const [one, two] = [
      await sent(ctx, head, pdf(300, '同一份')),
      await sent(ctx, colleague, pdf(300, '同一份')),
    ];
    const input = { ...where('point', 'grid-checked'), kind: 'file', title: '', file: two };
    await Promise.allSettled([
      add('leadership-duty', one),
      addFileEvidence(ctx, colleague, input, listProgrammes, key()),
    ]);
    const { evidence } = await draftNow();
    expect(new Set(evidence.map(({ fileId }) => fileId)).size).toBe(1);
  });

  it('serves another entry by choice, is taken away, and stands for a list on paper', async () => {
    const { head } = filed.own;
    const file = await sent(ctx, head, pdf(300, '名册'));
    await add('volunteers-active', file, { kind: 'roster', title: '志愿者名册扫描件' });
    const [piece] = (await draftNow()).evidence;
    const input = { ...where('point', 'grid-checked'), kind: 'file', evidence: piece!.id };
    await reuseEvidence(ctx, head, input, listProgrammes, key());
    const removal = { ...where('point', 'volunteers-active'), evidence: piece!.id };
    await removeEvidence(ctx, head, removal, listProgrammes, key());
    expect(await removeEvidence(ctx, head, removal, listProgrammes, key())).toEqual({
      applicationId: filed.applicationId,
    });
    expect((await draftNow()).evidence).toMatchObject([
      { key: 'grid-checked', kind: 'file', title: '志愿者名册扫描件', fileId: file },
    ]);
  });
});

describe('handing in', () => {
  it('is refused by name while anything is missing', async () => {
    await save(ctx, filed.own.head, filed, 'point', [point('leadership-duty', 0, '')]);
    await expect(handedIn(ctx, filed)).rejects.toMatchObject({
      reason: 'application_lacking',
      fields: expect.arrayContaining([
        { field: 'condition.plan', message: expect.stringContaining('有应急预案') as string },
        { field: 'point.leadership-duty', message: expect.stringContaining('理由') as string },
        { field: 'sum', message: expect.stringContaining('还差') as string },
      ]) as unknown,
    });
  });

  it(
    'freezes the form and its evidence, once, and nothing is written after',
    { timeout: 60_000 },
    async () => {
      await filled(ctx, filed);
      const before = await draftNow();
      const first = await handedIn(ctx, filed);
      // A second click goes to the receipt of the first.
      const again = { applicationId: filed.applicationId, on: 'draft', confirmed: 'yes' };
      expect(await submitDraft(ctx, filed.own.head, again, listProgrammes, key())).toEqual(first);
      const file = await loaded(ctx, filed.applicationId);
      expect(lastHandedIn(file)?.draft).toEqual(before.draft);
      expect(listFrozenEvidence(file).map(({ id }) => id)).toEqual(
        before.evidence.map(({ id }) => id),
      );
      await expect(
        save(ctx, filed.own.head, filed, 'point', [point('leadership-duty', 1, '改')]),
      ).rejects.toMatchObject({ reason: 'application_not_open' });
      await expect(
        submitDraft(ctx, filed.own.colleague, again, listProgrammes, key()),
      ).rejects.toMatchObject({ reason: 'application_moved_on' });
    },
  );

  it('comes back with what is wrong, is mended and handed back', { timeout: 60_000 }, async () => {
    await filled(ctx, filed);
    await handedIn(ctx, filed);
    const street = await reviewerOf(world, '320904100');
    const county = await reviewerOf(world, '320904');
    const { file } = await loaded(ctx, filed.applicationId);
    const region = file.applicant.regionCode;
    const officer = region.length >= 9 ? street : county;
    const faults = [{ part: 'point', key: 'money-used', kind: 'unclear', what: '看不清' }];
    const [row] = await ctx.db.select().from(applications);
    // Without a street the file goes to the county at once.
    const by = row!.state === 'step:county-review' ? county : officer;
    await decided(ctx, by, filed.applicationId, { act: 'return' }, { details: { faults } });
    await save(ctx, filed.own.head, filed, 'point', [point('money-used', 1, '补拍清楚了')]);
    await handedIn(ctx, filed);
    const after = await loaded(ctx, filed.applicationId);
    expect(lastHandedIn(after)?.draft.points['money-used']?.reason).toBe('补拍清楚了');
    expect(after.rows.map(({ act }) => act)).toEqual(['submission', 'return', 'correction']);
  });

  it(
    'is told kindly when the round closes before it arrives, and loses nothing',
    { timeout: 60_000 },
    async () => {
      await filled(ctx, filed);
      const county = await reviewerOf(world, '320904');
      await ctx.db.insert(applicationRounds).values({
        ...{ id: newId(ctx.now), programme: PROGRAMME, regionCode: '320904' },
        ...{ opensAt: addMinutes(ctx.now, -60), closesAt: addMinutes(ctx.now, 1) },
        ...{ document: '示例通知〔2026〕1号', setBy: county.id, setAt: addMinutes(ctx.now, -60) },
      });
      const late = { ...ctx, now: addMinutes(ctx.now, 1) };
      await expect(handedIn(late, filed)).rejects.toMatchObject({
        fields: [{ field: 'round', message: '今年的申报已经截止' }],
      });
      expect((await draftNow()).entries.length).toBeGreaterThan(10);
      expect((await handedIn(ctx, filed)).position).toBe(1);
    },
  );

  it('is refused when somebody has written since it was read', { timeout: 60_000 }, async () => {
    await filled(ctx, filed);
    const { head, colleague } = filed.own;
    const lines = allLines((await loaded(ctx, filed.applicationId)).programme);
    const changed = { ...bestEntry(lines.at(-1)!, 1), reason: '同事刚改的' };
    const outcomes = await Promise.allSettled([
      handedIn(ctx, filed, head),
      save(ctx, colleague, filed, 'point', [changed]),
    ]);
    const { rows, file } = await loaded(ctx, filed.applicationId);
    const { entries } = await draftNow();
    const stands = entries.find((one) => one.key === lines.at(-1)!.key)?.reason;
    // Whichever came first: what was handed in is what stands.
    if (rows.length === 1) {
      expect(lastHandedIn({ file })?.draft.points[lines.at(-1)!.key]?.reason).toBe(stands);
    } else {
      expect(outcomes[0]).toMatchObject({ reason: { reason: 'draft_overtaken' } });
    }
  });

  it('is taken back with a reason, and another can be begun from it', async () => {
    await save(ctx, filed.own.head, filed, 'point', [point('leadership-duty', 0, '上次写的')]);
    const { applicationId } = filed;
    const input = { applicationId, on: 'draft', reason: '今年不报了' };
    await withdrawApplication(ctx, filed.own.head, input, listProgrammes, key());
    const { organisationId } = filed.own;
    const again = { organisationId, programme: PROGRAMME, start: 'last' };
    const next = await startDraft(again);
    const draft = await readDraft(ctx, await loaded(ctx, next.applicationId));
    expect(draft.entries).toMatchObject([
      { key: 'leadership-duty', version: 1, reason: '上次写的' },
    ]);
  });

  it('begins from the profile with its figures as evidence', async () => {
    const { organisationId, head } = filed.own;
    const { applicationId } = filed;
    const input = { applicationId, on: 'draft', reason: '重新来' };
    await withdrawApplication(ctx, head, input, listProgrammes, key());
    await saved(ctx, head, organisationId, 'basics');
    await saved(ctx, head, organisationId, 'warning');
    const start = { organisationId, programme: PROGRAMME, start: 'profile' };
    const next = await startDraft(start);
    const { evidence } = await readDraft(ctx, await loaded(ctx, next.applicationId));
    expect(evidence.map(({ figure }) => figure).toSorted()).toEqual([
      'households',
      'warning_channels',
    ]);
  });
});

describe('what outlives an account', () => {
  it(
    'is the evidence of what was handed in, without the name that its sender gave it',
    { timeout: 60_000 },
    async () => {
      const { colleague } = filed.own;
      const extra = await sent(ctx, colleague, pdf(300, '同事传的'));
      const input = {
        ...where('point', 'leadership-duty'),
        kind: 'file',
        title: '分工',
        file: extra,
      };
      await addFileEvidence(ctx, colleague, input, listProgrammes, key());
      await filled(ctx, filed);
      await handedIn(ctx, filed);
      const person = (await findPerson(ctx, colleague.id))!;
      const stray = await sent(ctx, colleague, pdf(300, '没有交的'));
      await eraseAccount(ctx, person, { lastFour: await lastFourOf(person) }, key());
      const rows = await ctx.db.select().from(files).where(eq(files.ownerId, colleague.id));
      const stateOf = (id: string) => rows.find((row) => row.id === id);
      expect(stateOf(extra)).toMatchObject({ state: 'quarantined', nameCipher: new Uint8Array() });
      expect(stateOf(stray)).toMatchObject({ state: 'removed' });
    },
  );

  it('is not what a draft held: it is asked for again', async () => {
    const { colleague, head } = filed.own;
    const file = await sent(ctx, colleague, pdf(300, '同事传的'));
    const input = { ...where('point', 'leadership-duty'), kind: 'file', title: '分工', file };
    await addFileEvidence(ctx, colleague, input, listProgrammes, key());
    const person = (await findPerson(ctx, colleague.id))!;
    await eraseAccount(ctx, person, { lastFour: await lastFourOf(person) }, key());
    const { evidence } = await draftNow();
    expect(evidence).toMatchObject([{ isGone: true }]);
    const again = await sent(ctx, head, pdf(300, '同事传的'));
    await add('leadership-duty', again);
    expect((await draftNow()).evidence).toMatchObject([{ isGone: false, fileId: again }]);
  });
});

describe('stamped forms', () => {
  it('come from each level itself', { timeout: 60_000 }, async () => {
    const { applicationId, own } = filed;
    const mine = await sent(ctx, own.head, pdf(300, '盖章'), 'stamped_form');
    const stamp = (level: string, file: string) => ({ applicationId, level, file });
    await addStamp(ctx, own.head, stamp('applicant', mine), listProgrammes, key());
    const county = await reviewerOf(world, '320904');
    const theirs = await sent(ctx, county, pdf(300, '县里的章'), 'stamped_form');
    await expect(
      addStamp(ctx, county, stamp('county', theirs), listProgrammes, key()),
    ).rejects.toMatchObject({ code: 'not_found' });
    await filled(ctx, filed);
    await handedIn(ctx, filed);
    await expect(
      addStamp(ctx, county, stamp('city', theirs), listProgrammes, key()),
    ).rejects.toMatchObject({ code: 'not_found' });
    await addStamp(ctx, county, stamp('county', theirs), listProgrammes, key());
    expect((await listStamps(ctx, applicationId)).map(({ level }) => level)).toEqual([
      'applicant',
      'county',
    ]);
  });
});
