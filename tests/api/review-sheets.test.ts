import { regionNames } from '../../src/features/towns/queries.ts';
import { createHash } from 'node:crypto';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { enterSuccession, setRound } from '../../src/features/review-offices/commands.ts';
import { enterOpinion, saveMarks } from '../../src/features/review-desk/commands.ts';
import { listQueue, queueList } from '../../src/features/review-desk/queries.ts';
import { listRounds, listSuccessions } from '../../src/features/review-offices/queries.ts';
import { archiveApplication } from '../../src/features/review-sheets/commands.ts';
import {
  queueSheet,
  summaryDocument,
  summarySheet,
} from '../../src/features/review-sheets/policy.ts';
import { readSummary } from '../../src/features/review-sheets/queries.ts';
import { readList } from '../../src/lib/lists.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { writeDocx } from '../../src/lib/word.ts';
import { decided, listProgrammes, loaded } from '../helpers/filed-applications.ts';
import { acts, atCounty } from '../helpers/review-desk.ts';
import { addRole } from '../helpers/roles.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

describe('the archive of a file', () => {
  it('holds what was handed in and decided, with a hash of each part, the same bytes each time', async () => {
    const world = await createWorld();
    const { ctx, by, applicationId } = await atCounty(world);
    const make = async () =>
      collected(
        (await archiveApplication(ctx, by.county, { applicationId }, listProgrammes, key())).bytes,
      );
    const bytes = await make();
    expect(await make()).toEqual(bytes);
    const files = unzipSync(bytes);
    const manifest = JSON.parse(strFromU8(files['manifest.json']!)) as {
      files: { name: string; sha256: string }[];
    };
    expect(Object.keys(files).toSorted()).toEqual(
      [...manifest.files.map(({ name }) => name), 'manifest.json'].toSorted(),
    );
    for (const { name, sha256 } of manifest.files) {
      expect(createHash('sha256').update(files[name]!).digest('hex')).toBe(sha256);
    }
    expect(strFromU8(files['01-办理经过.csv']!)).toContain('submission');
    expect(strFromU8(files['01-打分.csv']!)).toContain('风险图每年更新');
  });
});

describe('the sheet of a meeting', () => {
  it('has every file of the step with its sums, visits and opinions, on paper too', async () => {
    const world = await createWorld();
    const { ctx, by, applicationId } = await atCounty(world, '示例东社区居民委员会');
    await decided(ctx, by.county, applicationId, { act: 'visit' });
    await acts(enterOpinion, ctx, by.county, applicationId, {
      ...{ department: 'fire', givenOn: '2026-11-20', reason: '消防通道畅通' },
    });
    await acts(saveMarks, ctx, by.county, applicationId, {
      ...{ step: 'county-review', 'marks.plan-short': '5', 'version.plan-short': '0' },
    });
    const { programme } = await loaded(ctx, applicationId);
    const step = programme.steps.find((one) => one.key === 'county-review')!;
    const read = await readSummary(ctx, ['320904'], { programme, step });
    const summary = { programme, step, office: '大丰区', ...read };
    const { header, rows } = summarySheet(summary);
    expect(rows).toHaveLength(1);
    expect(Object.fromEntries(header.map((title, at) => [title, rows[0]![at]]))).toMatchObject({
      ...{ 单位: '示例东社区居民委员会', 自评: '100分', 这一级打分: '5分（打了1项）' },
      ...{ 现场核查: '去过', 部门意见: '消防救援：消防通道畅通', 会议意见: '' },
    });
    const docx = await writeDocx(summaryDocument(summary, calendarDate(ctx.now)), ctx.now);
    expect(strFromU8(unzipSync(docx)['word/document.xml']!)).toContain('消防通道畅通');
    expect((await readSummary(ctx, ['320902'], { programme, step })).rows).toEqual([]);
  });

  it('and the queue as a table say the same as the pages', async () => {
    const world = await createWorld();
    const { ctx, by } = await atCounty(world, '示例东社区居民委员会');
    const programmes = await listProgrammes();
    const asked = readList(queueList(programmes), new URLSearchParams());
    const found = await listQueue(ctx, asked, { offices: ['320904'], mine: [by.county.id] });
    const place = await regionNames(['320904', '320904002']);
    expect(place('320904002')).toMatch(/^江苏省盐城市大丰区.+[镇街道]$/);
    const names = { officer: () => '', place };
    const sheet = queueSheet(found.rows, programmes, names, calendarDate(ctx.now));
    expect(sheet.rows[0]?.slice(0, 4)).toEqual([
      ...['示例东社区居民委员会', '江苏省盐城市大丰区'],
      ...['江苏省综合减灾示范社区', '县级审核和现场核查'],
    ]);
  });
});

describe('what offices set', () => {
  it('is when a region takes files, by its own reviewers, with the document', async () => {
    const world = await createWorld();
    const { ctx, by } = await atCounty(world);
    const days = { opensOn: '2026-12-01', closesOn: '2026-12-31' };
    const input = { programme: 'jiangsu-community', ...days, document: '示例申报通知' };
    await setRound(ctx, by.county, { ...input, regionCode: '320904' }, listProgrammes, key());
    expect(await listRounds(ctx, ['320904'])).toMatchObject([
      { closesAt: new Date('2026-12-31T16:00:00Z'), document: '示例申报通知' },
    ]);
    await expect(
      setRound(
        ctx,
        by.county,
        { ...input, programme: 'none', regionCode: '320904' },
        listProgrammes,
        key(),
      ),
    ).rejects.toMatchObject({ reason: 'programme_unknown' });
    await expect(
      setRound(ctx, by.town, { ...input, regionCode: '320904' }, listProgrammes, key()),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is who took over an office, by an administrator, once', async () => {
    const world = await createWorld();
    const { ctx, by } = await atCounty(world);
    const { person } = await world.person();
    const role = { role: 'administrator', scopeKind: 'site', scopeId: '' } as const;
    await addRole(ctx, person.id, role);
    const admin = { id: person.id, roles: [role] };
    const input = { regionCode: '320904', successorCode: '320902', document: '示例区划文件' };
    await expect(enterSuccession(ctx, by.county, input, key())).rejects.toMatchObject({
      code: 'not_found',
    });
    await enterSuccession(ctx, admin, input, key());
    await expect(enterSuccession(ctx, admin, input, key())).rejects.toMatchObject({
      reason: 'succession_there',
    });
    await expect(
      enterSuccession(ctx, admin, { ...input, successorCode: '320902001' }, key()),
    ).rejects.toMatchObject({ fields: [{ field: 'successorCode' }] });
    expect(await listSuccessions(ctx)).toHaveLength(1);
  });
});
