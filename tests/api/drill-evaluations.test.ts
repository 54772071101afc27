import { unzipSync, strFromU8 } from 'fflate';
import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { people } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { archiveDrill } from '../../src/features/drill-archives/commands.ts';
import {
  giveSelfEvaluation,
  handInSheet,
  reopenSheet,
  saveSheet,
  setGradeBands,
} from '../../src/features/drill-evaluations/commands.ts';
import { sectionsOf } from '../../src/features/drill-evaluations/policy.ts';
import {
  findBands,
  findSheet,
  handedIn as counted,
  listSheets,
  readSelfEvaluations,
} from '../../src/features/drill-evaluations/queries.ts';
import {
  drillSelfEvaluations,
  drillSheetSaves,
} from '../../src/features/drill-evaluations/table.ts';
import { drillPlanItems } from '../../src/features/drill-plans/table.ts';
import { drillRecords, drillRecordVersions } from '../../src/features/drill-records/table.ts';
import {
  addPhoto,
  recordHeldDrill,
  releaseReport,
  removeFinding,
  writeReport,
} from '../../src/features/drill-reports/commands.ts';
import { reportDocument } from '../../src/features/drill-documents/policy.ts';
import { recordStartOf } from '../../src/features/drill-reports/policy.ts';
import {
  latestEdition,
  listFindings,
  listReleasedReports,
  readReport,
} from '../../src/features/drill-reports/queries.ts';
import { findDrill, type DrillFile } from '../../src/features/drills/queries.ts';
import { receiveFile, scanFiles } from '../../src/features/files/commands.ts';
import { readOwnDuties } from '../../src/features/duties/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { toHex } from '../../src/lib/ids.ts';
import { sha256 } from '../../src/lib/keyring.ts';
import { demonstrationScanner } from '../../src/lib/scanner.ts';
import { writeDocx } from '../../src/lib/word.ts';
import {
  COUNTY,
  drilling,
  planned,
  published,
  recorded,
  region,
  regional,
} from '../helpers/drills.ts';
import {
  DAY_AFTER,
  found,
  handedIn,
  held,
  judged,
  mending,
  released,
  tapped,
  worded,
  type EvaluatedDrill,
} from '../helpers/evaluated-drills.ts';
import { streamed, withStore } from '../helpers/files.ts';
import { jpeg, SECRET } from '../helpers/pictures.ts';
import { openStore } from '../helpers/store.ts';
import { announced, assigned, ended, opened, started } from '../helpers/open-drills.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

async function fileOf(drill: Pick<EvaluatedDrill, 'ctx' | 'drillId'>): Promise<DrillFile> {
  const file = await findDrill(drill.ctx, drill.drillId);
  if (!file) throw new Error('No drill.');
  return file;
}

async function reportOf(drill: Pick<EvaluatedDrill, 'ctx' | 'drillId'>) {
  const report = await readReport(drill.ctx, await fileOf(drill));
  if (!report) throw new Error('No report.');
  return report;
}

describe('a sheet', () => {
  it('is saved group by group, each save kept, and handed in once', async () => {
    const drill = await held(world);
    const { ctx, drillId, evaluators } = drill;
    const [by] = evaluators;
    const { script } = await fileOf(drill);
    const [first] = sectionsOf(script);
    const item = first?.items[0]?.id ?? '';
    const save = (base: number, answer: string) =>
      saveSheet(
        ctx,
        by,
        {
          drillId,
          section: first?.id,
          base,
          [`answer-${item}`]: answer,
          [`note-${item}`]: '看到了',
        },
        key(),
      );
    await save(0, 'no');
    await save(1, 'yes');
    const versions = await ctx.db.select().from(drillSheetSaves);
    expect(versions.map(({ version }) => version)).toEqual([1, 2]);
    expect((await findSheet(ctx, drillId, by.id))?.answers[0]).toEqual({
      ...{ item, answer: 'yes', note: '看到了' },
    });
    await handedIn(ctx, by, drillId);
    await expect(save(3, 'no')).rejects.toMatchObject({ reason: 'sheet_handed_in' });
    await expect(handInSheet(ctx, by, { drillId }, key())).rejects.toMatchObject({
      reason: 'sheet_handed_in',
    });
  });

  it('tells a second device that it would overwrite the first, and loses nothing', async () => {
    const { ctx, drillId, evaluators, ...rest } = await held(world);
    const [by] = evaluators;
    const [section] = sectionsOf((await fileOf({ ctx, drillId })).script);
    const input = { drillId, section: section?.id, base: 0 };
    const both = await Promise.allSettled([
      saveSheet(ctx, by, { ...input, [`answer-${section?.items[0]?.id}`]: 'yes' }, key()),
      saveSheet(ctx, by, { ...input, [`answer-${section?.items[0]?.id}`]: 'no' }, key()),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = both.find((one) => one.status === 'rejected');
    expect(lost?.reason).toMatchObject({ reason: 'sheet_overtaken', code: 'conflict' });
    expect(rest.organisationId).toBeTruthy();
    expect(await ctx.db.select().from(drillSheetSaves)).toHaveLength(1);
  });

  it('repeats a save that was sent twice under one key', async () => {
    const { ctx, drillId, evaluators } = await held(world);
    const [section] = sectionsOf((await fileOf({ ctx, drillId })).script);
    const input = { drillId, section: section?.id, base: 0 };
    const one = key();
    const first = await saveSheet(ctx, evaluators[0], input, one);
    expect(await saveSheet(ctx, evaluators[0], input, one)).toEqual(first);
    expect(await ctx.db.select().from(drillSheetSaves)).toHaveLength(1);
  });

  it('counts once it is handed in, and not while it is given back', async () => {
    const { ctx, drillId, evaluators, head } = await held(world);
    const [first, second] = evaluators;
    await handedIn(ctx, first, drillId);
    await judged(ctx, second, drillId, () => 'no');
    expect(counted(await listSheets(ctx, drillId))).toHaveLength(1);
    await reopenSheet(ctx, first, { drillId, reason: '第三项看错了' }, key());
    expect(counted(await listSheets(ctx, drillId))).toHaveLength(0);
    await handedIn(ctx, first, drillId, () => 'na');
    await reopenSheet(ctx, head, { drillId, sheet: '1', reason: '请再核对' }, key());
    // A stranger to a sheet gives none back.
    await expect(
      reopenSheet(ctx, second, { drillId, sheet: '1', reason: '请再核对' }, key()),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is final with the report', async () => {
    const { ctx, drillId, evaluators, head } = await held(world);
    await handedIn(ctx, evaluators[0], drillId);
    await released(ctx, head, drillId);
    const again = { drillId, reason: '还想改' };
    await expect(reopenSheet(ctx, evaluators[0], again, key())).rejects.toMatchObject({
      reason: 'report_released',
    });
    await expect(judged(ctx, evaluators[1], drillId)).rejects.toMatchObject({
      reason: 'report_released',
    });
  });

  it('is not there for whoever only takes part', async () => {
    const { head, organiser } = await drilling(world);
    const { person } = await world.person();
    const drillId = await opened(world.ctx, head, organiser);
    await assigned(world.ctx, head, drillId, { personId: person.id, role: '总导调' });
    await started(world.ctx, head, drillId);
    const by = { id: person.id, roles: [] };
    await expect(judged(world.ctx, by, drillId)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('what participants say afterwards', () => {
  const say = { understood: '5', knew: '4', safe: '5', wish: '' };
  async function withPlayers(howMany: number) {
    const { head, organiser } = await drilling(world, 'committee');
    const drillId = await opened(world.ctx, head, organiser);
    const players: Holder[] = [];
    for (let index = 0; index < howMany; index += 1) {
      const { person } = await world.person();
      await assigned(world.ctx, head, drillId, { personId: person.id, role: '居民' });
      players.push({ id: person.id, roles: [] });
    }
    await started(world.ctx, head, drillId);
    await ended(world.ctx, head, drillId);
    return { players, drillId, ctx: world.at(DAY_AFTER) };
  }

  it('counts from five on, once each, and leads back to nobody', async () => {
    const { players, drillId, ctx } = await withPlayers(5);
    const tell = (by: Holder, wish: string) =>
      giveSelfEvaluation(ctx, by, { drillId, ...say, wish }, key());
    for (const [index, player] of players.slice(0, 4).entries()) await tell(player, `愿望${index}`);
    expect((await readSelfEvaluations(ctx, drillId)).summary.questions).toBeNull();
    const [first, , , , last] = players as [Holder, Holder, Holder, Holder, Holder];
    await expect(tell(first, '再说一次')).rejects.toMatchObject({ reason: 'already_answered' });
    await tell(last, '声音再大些');
    const { summary } = await readSelfEvaluations(ctx, drillId);
    expect(summary.questions?.[0]?.counts).toEqual([0, 0, 0, 0, 5]);
    expect(summary.wishes).toContain('声音再大些');
    // Whoever holds the whole database finds no column that ties an answer to somebody.
    const [row] = await ctx.db.select().from(drillSelfEvaluations);
    expect(Object.keys(row ?? {}).sort()).toEqual(
      ['drillId', 'id', 'knew', 'safe', 'understood', 'wish'].sort(),
    );
    const entries = await ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'self_evaluation.give'));
    expect(entries.map(({ details }) => details)).toEqual(Array.from({ length: 5 }, () => '{}'));
  });

  it('refuses a number that is somebody’s', async () => {
    const { players, drillId, ctx } = await withPlayers(1);
    const input = { drillId, ...say, wish: '找13912345678' };
    await expect(giveSelfEvaluation(ctx, players[0] as Holder, input, key())).rejects.toMatchObject(
      { code: 'invalid', fields: [{ field: 'wish' }] },
    );
  });
});

describe('a report', () => {
  it('is drafted from the data: times and counts are the log’s', async () => {
    const drill = await held(world);
    const { ctx, drillId, evaluators, head } = drill;
    await handedIn(ctx, evaluators[0], drillId);
    await found(ctx, evaluators[0], drillId);
    const { content, words } = await reportOf(drill);
    expect(content.times[0]).toMatchObject({ seconds: 240 });
    expect(content.musterSums).toMatchObject({ present: 38, missing: 2 });
    expect(content.evaluation).toMatchObject({ sheets: 1, openSheets: 0, grade: 'excellent' });
    expect(content.findings).toHaveLength(1);
    expect(words.course).toContain('演练启动');
    expect(words.course).toContain('1号楼：到38人');
    expect(words.suggestions).toContain('换合页');
    // What is tapped is told, whatever its organiser has worded meanwhile.
    await worded(ctx, head, drillId);
    await tapped(ctx, head, drillId, { kind: 'measure_to', ref: 'm1', after: 265 });
    expect((await reportOf(drill)).content.times[0]).toMatchObject({ seconds: 260 });
  });

  it('needs a reason where evaluators disagree', async () => {
    const drill = await held(world);
    const { ctx, drillId, evaluators, head } = drill;
    await handedIn(ctx, evaluators[0], drillId);
    await handedIn(ctx, evaluators[1], drillId, (item) => (item === 'e2' ? 'no' : 'yes'));
    const version = await worded(ctx, head, drillId);
    await expect(releaseReport(ctx, head, { drillId, version }, key())).rejects.toMatchObject({
      code: 'invalid',
      fields: [{ field: 'difference-e2' }],
    });
    const next = await worded(ctx, head, drillId, { 'difference-e2': '一个在楼上，一个在楼下' });
    await releaseReport(ctx, head, { drillId, version: next }, key());
    const { content } = latestEdition((await reportOf(drill)).releases) ?? {};
    expect(content?.words.differences).toEqual({ e2: '一个在楼上，一个在楼下' });
  });

  it('stays as it was released, with its hash; a correction is another edition', async () => {
    const drill = await held(world);
    const { ctx, drillId, evaluators, head } = drill;
    await handedIn(ctx, evaluators[0], drillId);
    await released(ctx, head, drillId);
    const [first] = (await reportOf(drill)).releases;
    expect(first?.digest).toBe(toHex(await sha256(first?.content ?? '')));
    await found(ctx, head, drillId, { reason: '漏了一条' });
    expect((await reportOf(drill)).releases[0]).toEqual(first);
    const version = await worded(ctx, head, drillId, { lessons: '补一条' });
    await expect(releaseReport(ctx, head, { drillId, version }, key())).rejects.toMatchObject({
      fields: [{ field: 'reason' }],
    });
    await releaseReport(ctx, head, { drillId, version, reason: '漏了一条问题' }, key());
    const { releases } = await reportOf(drill);
    expect(releases.map(({ edition }) => edition)).toEqual([1, 2]);
    await expect(
      ctx.db.$client.execute("UPDATE drill_report_releases SET reason = 'x' WHERE edition = 2"),
    ).rejects.toThrow('version_is_final');
    const [entry] = await ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'drill_report.release'));
    expect(JSON.parse(entry?.details ?? '')).toEqual({ edition: 1, digest: first?.digest });
  });

  it('is written by one at a time', async () => {
    const drill = await held(world);
    const { ctx, drillId, head } = drill;
    const { version, words } = await reportOf(drill);
    const write = () => writeReport(ctx, head, { ...words, drillId, version }, key());
    await write();
    await expect(write()).rejects.toMatchObject({ reason: 'report_overtaken' });
  });

  it('keeps a finding that is being mended', async () => {
    const { ctx, drillId, head, organiser } = await held(world);
    const findingId = await found(ctx, head, drillId);
    await mending(ctx, head, organiser, { drillId, findingId });
    await expect(removeFinding(ctx, head, { drillId, findingId }, key())).rejects.toMatchObject({
      reason: 'finding_has_item',
    });
    const other = await found(ctx, head, drillId);
    await found(ctx, head, drillId, { replaces: other, problem: '西侧也推不开' });
    expect((await listFindings(ctx, drillId)).map(({ problem }) => problem)).toEqual([
      '东侧安全出口的门推不开',
      '西侧也推不开',
    ]);
  });

  it('is a file of Word that is the same twice, and every page of it says 演练', async () => {
    const drill = await held(world);
    const { ctx, drillId, head } = drill;
    await released(ctx, head, drillId);
    const latest = latestEdition((await reportOf(drill)).releases);
    if (!latest) throw new Error('Not released.');
    const { content, release } = latest;
    const parts = reportDocument(content, { ...release, number: 1 }, [{ caption: '现场.jpg' }]);
    const bytes = await writeDocx(parts, release.releasedAt);
    expect(await writeDocx(parts, release.releasedAt)).toEqual(bytes);
    const files = unzipSync(bytes);
    const names = Object.keys(files);
    const text = (name: string) => strFromU8(files[name] ?? new Uint8Array());
    expect(text('word/document.xml')).toContain('演练·示例地震避险演练总结报告');
    for (const name of names.filter((one) => /^word\/(header|footer)\d*\.xml$/.test(one))) {
      expect.soft(text(name), name).toContain('演练');
    }
    expect(names.filter((name) => /header/.test(name))).not.toEqual([]);
  });
});

describe('the record of a drill', () => {
  const recording = async (drill: EvaluatedDrill) => {
    const { data, content } = await reportOf(drill);
    const start = { date: '2026-11-27', time: '09:00' };
    return { drillId: drill.drillId, ...recordStartOf(data, data.muster, content.times, start) };
  };

  it('is written once from the data: the plan’s line is done and the duty met', async () => {
    const of = await drilling(world, 'school');
    const { head, organiser, organisationId } = of;
    const planItemId = await planned(world.ctx, head, organiser);
    await published(world.ctx, head, organiser);
    const drill = await held(world, { of, planItemId });
    const { ctx, drillId } = drill;
    const due = async () =>
      (await readOwnDuties(ctx, organisationId))?.states.map(({ state }) => state);
    expect(await due()).toContain('due');
    const input = await recording(drill);
    expect(input).toMatchObject({ expected: '40', arrived: '38', evacuation: 'yes' });
    const one = key();
    const { recordId } = await recordHeldDrill(ctx, head, input, one);
    expect(await recordHeldDrill(ctx, head, input, one)).toEqual({ recordId });
    await expect(recordHeldDrill(ctx, head, input, key())).rejects.toMatchObject({
      code: 'conflict',
    });
    const rows = await ctx.db.select().from(drillRecordVersions);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ peopleExpected: 40, peopleArrived: 38 });
    const [item] = await ctx.db
      .select()
      .from(drillPlanItems)
      .where(eq(drillPlanItems.id, planItemId));
    expect(item).toMatchObject({ state: 'done', doneOn: '2026-11-27' });
    expect(await due()).not.toContain('due');
    expect((await reportOf({ ctx, drillId })).recordId).toBe(recordId);
  });

  it('takes over what somebody recorded by hand, and no second one', async () => {
    const of = await drilling(world, 'school');
    const { head, organiser } = of;
    const planItemId = await planned(world.ctx, head, organiser);
    await published(world.ctx, head, organiser);
    const drill = await held(world, { of, planItemId });
    const { ctx, drillId } = drill;
    const byHand = await recorded(ctx, head, organiser, { planItemId });
    expect(await recordHeldDrill(ctx, head, { drillId }, key())).toEqual({ recordId: byHand });
    await expect(recordHeldDrill(ctx, head, await recording(drill), key())).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await ctx.db.select().from(drillRecords)).toHaveLength(1);
  });

  it('is written once by two who press at the same moment', async () => {
    const drill = await held(world);
    const input = await recording(drill);
    const { ctx, head, colleague } = drill;
    const both = await Promise.allSettled([
      recordHeldDrill(ctx, head, input, key()),
      recordHeldDrill(ctx, colleague, input, key()),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await ctx.db.select().from(drillRecords)).toHaveLength(1);
  });
});

describe('what goes outside', () => {
  const outside = (today: string) =>
    listReleasedReports(world.ctx, { regionPrefix: '320900', today });

  async function regional_(values: { blind?: 'yes' | 'no' }, isAnnounced: boolean) {
    const by = await regional(world, 'drill_organiser');
    const drillId = await opened(world.ctx, by, region(), values);
    if (isAnnounced) await announced(world.ctx, by, drillId);
    await started(world.ctx, by, drillId);
    await ended(world.ctx, by, drillId);
    return { by, drillId };
  }

  it('is what was released of an announced drill, without who judged what', async () => {
    const { by, drillId } = await regional_({}, true);
    expect(await outside('2026-12-01')).toEqual([]);
    await released(world.at(DAY_AFTER), by, drillId);
    const [report] = await outside('2026-12-01');
    expect(report).toMatchObject({ drillId, lessons: '听到警报都动了起来', findings: 0 });
    expect(JSON.stringify(report)).not.toContain('evaluation');
    expect(
      await listReleasedReports(world.ctx, { regionPrefix: '320700', today: '2026-12-01' }),
    ).toEqual([]);
  });

  it('is nothing of a drill that nobody was told of', async () => {
    const { by, drillId } = await regional_({}, false);
    await released(world.at(DAY_AFTER), by, drillId);
    expect(await outside('2026-12-01')).toEqual([]);
  });

  it('is a blind one from the day after on', async () => {
    const { by, drillId } = await regional_({ blind: 'yes' }, false);
    await released(world.at(new Date('2026-11-27T12:00:00+08:00')), by, drillId);
    expect(await outside('2026-11-27')).toEqual([]);
    expect(await outside('2026-11-28')).toHaveLength(1);
  });
});

describe('the bands of grades', () => {
  it('hold for drills that begin later, in the region that set them', async () => {
    const by = await regional(world, 'drill_organiser');
    const drill = await held(world);
    const { drill: row } = await fileOf(drill);
    expect(await findBands(world.ctx, row)).toMatchObject({ excellent: 90, good: 80, pass: 60 });
    const set = { regionCode: COUNTY, excellent: '95', good: '85', pass: '70', reason: '从严' };
    await setGradeBands(world.at(DAY_AFTER), by, set, key());
    expect(await findBands(world.ctx, row)).toMatchObject({ excellent: 90 });
    const later = { ...row, startedAt: new Date('2026-12-05T01:00:00Z') };
    expect(await findBands(world.ctx, later)).toMatchObject({ excellent: 95, pass: 70 });
  });
});

describe('the archive', () => {
  async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece);
    return new Uint8Array(await new Blob(all as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  }

  it('is the same bytes for the same state, with a hash for every part', async () => {
    const drill = await held(world);
    const { ctx, drillId, evaluators, head, organiser } = drill;
    await handedIn(ctx, evaluators[0], drillId, (item) => (item === 'e1' ? 'no' : 'yes'));
    const findingId = await found(ctx, head, drillId);
    await released(ctx, head, drillId);
    await mending(ctx, head, organiser, { drillId, findingId });
    const archive = () => archiveDrill(ctx, head, { drillId }, key());
    const first = await archive();
    const bytes = await bytesOf(first.bytes);
    expect(await bytesOf((await archive()).bytes)).toEqual(bytes);
    const files = unzipSync(bytes);
    const manifest = JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array())) as {
      files: { name: string; bytes: number; sha256: string }[];
      whole: string;
    };
    expect(manifest.files.map(({ name }) => name)).toEqual([
      '01-基本情况和历次改动.html',
      '02-方案.html',
      '02-方案.json',
      '03-角色.html',
      '04-日志.csv',
      '05-评估表.html',
      '05-评估表历次保存.json',
      '06-总结报告-第1版.docx',
      '06-总结报告-第1版.html',
      '06-总结报告-第1版.json',
      '07-发现的问题和整改.html',
    ]);
    expect(Object.keys(files).sort()).toEqual(
      [...manifest.files.map(({ name }) => name), 'manifest.json'].sort(),
    );
    for (const { name, bytes: size, sha256: hash } of manifest.files) {
      const file = new Uint8Array(files[name] ?? []);
      expect.soft(file.length, name).toBe(size);
      expect.soft(toHex(await sha256(file)), name).toBe(hash);
    }
    const whole = manifest.files.map(({ name, sha256: hash }) => `${hash}  ${name}\n`).join('');
    expect(manifest.whole).toBe(toHex(await sha256(whole)));
    const [entry] = await ctx.db
      .select()
      .from(auditEntries)
      .where(and(eq(auditEntries.action, 'drill.archive'), eq(auditEntries.subjectId, drillId)));
    expect(JSON.parse(entry?.details ?? '')).toEqual({ manifest: first.manifest, files: 11 });
    expect(first.manifest).toBe(toHex(await sha256(new Uint8Array(files['manifest.json'] ?? []))));
    // Pages say what they are, and nobody's number or id of an account stands in any of them.
    for (const [name, file] of Object.entries(files)) {
      if (!/\.(html|csv|json)$/.test(name)) continue;
      const text = strFromU8(file);
      if (name.endsWith('.html')) expect.soft(text, name).toContain('这是演练，不是真的险情');
      for (const person of [head, ...evaluators]) {
        expect.soft(text.includes(person.id), name).toBe(false);
      }
      expect.soft(text, name).not.toMatch(/1000000\d{4}/);
    }
  });

  it('takes photos in as they are kept: without where they were taken, and only those that were looked through', async () => {
    const drill = await held(world);
    const { ctx, drillId, head } = drill;
    const stored = withStore(ctx, await openStore());
    const [owner] = await ctx.db.select().from(people).where(eq(people.id, head.id));
    if (!owner) throw new Error('Nobody.');
    const photo = async (name: string) => {
      const bytes = streamed(new Uint8Array(jpeg({ pixels: Buffer.from('示例画面') })));
      const sent = { purpose: 'drill_photo', name, bytes } as const;
      const { fileId: file } = await receiveFile(stored, owner, sent);
      await addPhoto(ctx, head, { drillId, file }, key());
    };
    await photo('现场.jpg');
    await scanFiles(stored, demonstrationScanner, () => undefined);
    await photo('没有查过.jpg');
    const made = await archiveDrill(ctx, head, { drillId }, key(), stored.storage);
    const files = unzipSync(await bytesOf(made.bytes));
    const names = Object.keys(files).filter((name) => name.startsWith('08-'));
    expect(names).toEqual(['08-照片/01-现场.jpg']);
    expect(Buffer.from(files[names[0] ?? ''] ?? []).includes(SECRET)).toBe(false);
  });

  it('changes when something that it holds changes', async () => {
    const { ctx, drillId, head, organiser } = await held(world);
    const archive = () => archiveDrill(ctx, head, { drillId }, key());
    const before = await archive();
    await mending(ctx, head, organiser, { drillId });
    expect((await archive()).manifest).not.toBe(before.manifest);
  });
});
