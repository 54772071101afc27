import { eq } from 'drizzle-orm';
import { unzipSync, strFromU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app.ts';
import { findPlanTemplate } from '../../scripts/lib/find-plan-template.ts';
import {
  forgetOfficers,
  remindOfCommunityDues,
  saveSection,
} from '../../src/features/community-profiles/commands.ts';
import { profileFigures, profileGaps } from '../../src/features/community-profiles/policy.ts';
import {
  findSection,
  listProfileVersions,
  profileHash,
  readProfile,
} from '../../src/features/community-profiles/queries.ts';
import { communityProfileVersions } from '../../src/features/community-profiles/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { rotateKeys } from '../../src/features/key-rotation/commands.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { addMinutes, DAY_MS, instantOf } from '../../src/lib/time.ts';
import { templates } from '../../src/messages.ts';
import { createApi } from '../helpers/api.ts';
import { community, saved, sectionValues, wholeProfile } from '../helpers/communities.ts';
import { drilling, recorded, regional } from '../helpers/drills.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, TEST_KEYS } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const TODAY = '2026-11-25';

describe('a profile', () => {
  it('is saved by sections, and complete when every one is', async () => {
    const world = await createWorld();
    const { head, organisationId } = await community(world);
    const empty = (await readProfile(world.ctx, organisationId))!;
    expect(profileGaps(empty, TODAY)).toHaveLength(9);
    await wholeProfile(world.ctx, head, organisationId);
    const profile = (await readProfile(world.ctx, organisationId))!;
    expect(profileGaps(profile, TODAY)).toEqual([]);
    expect(profile.sections.map(({ section }) => section)).toHaveLength(10);
  });

  it('lets two write different sections at once, and tells the second of two on one', async () => {
    const world = await createWorld();
    const { head, colleague, organisationId } = await community(world);
    await Promise.all([
      saved(world.ctx, head, organisationId, 'basics'),
      saved(world.ctx, colleague, organisationId, 'plan'),
    ]);
    const other = { ...sectionValues.basics, households: '1300' };
    await expect(
      saved(world.ctx, colleague, organisationId, 'basics', { values: other }),
    ).rejects.toMatchObject({ code: 'conflict', reason: 'profile_overtaken' });
    const stands = await findSection(world.ctx, organisationId, 'basics', 0);
    expect(stands).toMatchObject({ version: 1, content: { fields: { households: 1200 } } });
    await saved(world.ctx, colleague, organisationId, 'basics', { version: 1, values: other });
    expect(await findSection(world.ctx, organisationId, 'basics', 0)).toMatchObject({
      ...{ version: 2, content: { fields: { households: 1300 } } },
    });
  });

  it('lets one of many who save the same section at once win', async () => {
    const world = await createWorld();
    const { head, colleague, organisationId } = await community(world);
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, nth) =>
        saved(world.ctx, nth % 2 ? head : colleague, organisationId, 'plan'),
      ),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await listProfileVersions(world.ctx, organisationId)).toHaveLength(1);
  });

  it('keeps every version, and reads as of any moment with the same hash', async () => {
    const world = await createWorld();
    const { head, organisationId, organiser } = await community(world);
    const [morning, noon, evening] = [0, 240, 600].map((minutes) =>
      world.at(addMinutes(NOW, minutes)),
    );
    await wholeProfile(morning!, head, organisationId);
    const then = (await readProfile(morning!, organisationId))!;
    const hash = await profileHash(then);
    await saved(noon!, head, organisationId, 'shelters', { version: 1, values: {} });
    await saved(noon!, head, organisationId, 'officers', {
      version: 1,
      values: { officers: '1', aName: '示例丙', aPhone: '0515-88880003' },
    });
    await recorded(noon!, head, organiser);
    const later = (await readProfile(evening!, organisationId))!;
    expect(await profileHash(later)).not.toBe(hash);
    expect(later.drills).toEqual([{ year: 2026, times: 1, people: 81 }]);
    const again = (await readProfile(evening!, organisationId, { asOf: morning!.now }))!;
    expect(await profileHash(again)).toBe(hash);
    expect(again.sections).toEqual(then.sections);
    expect(again.drills).toEqual([]);
    // Neither forgetting names nor new keys changes what was frozen.
    const years = world.at(new Date(NOW.getTime() + 800 * DAY_MS));
    const keys = await Keyring.open({
      ...(JSON.parse(TEST_KEYS) as Record<string, string>),
      2: btoa('n'.repeat(32)),
    });
    await rotateKeys({ ...years, keys });
    expect(await forgetOfficers({ ...years, keys })).toBe(1);
    const old = (await readProfile({ ...years, keys }, organisationId, { asOf: morning!.now }))!;
    expect(await profileHash(old)).toBe(hash);
    const officers = old.sections.find(({ section }) => section === 'officers')!;
    expect(officers.content.fields).toEqual({
      officers: 2,
      trainedOn: '2026-05-12',
      militia: null,
    });
    const now = (await readProfile({ ...years, keys }, organisationId))!;
    expect(
      now.sections.find(({ section }) => section === 'officers')?.content.fields,
    ).toMatchObject({ aName: '示例丙' });
  });

  it('never changes or loses a version', async () => {
    const world = await createWorld();
    const { head, organisationId } = await community(world);
    await saved(world.ctx, head, organisationId, 'basics');
    const { db } = world.ctx;
    const row = eq(communityProfileVersions.organisationId, organisationId);
    await expect(
      db.update(communityProfileVersions).set({ content: '{}' }).where(row),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('final') as string } });
    await expect(db.delete(communityProfileVersions).where(row)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('final') as string },
    });
  });

  it('keeps names and numbers of officers out of the stored text, the log and the export', async () => {
    const world = await createWorld();
    const { head, token, organisationId } = await community(world);
    await wholeProfile(world.ctx, head, organisationId);
    const rows = await world.ctx.db.select().from(communityProfileVersions);
    expect(JSON.stringify(rows.map(({ content }) => content))).not.toMatch(/示例甲|88880001/);
    const { rows: entries } = await world.ctx.db.$client.execute('SELECT * FROM audit_entries');
    expect(JSON.stringify(entries)).not.toMatch(/示例甲|88880001/);
    const csv = await createApi(world).get(
      `/me/organisations/${organisationId}/profile/export/profile.csv`,
      token,
    );
    expect(csv.status).toBe(200);
    expect(csv.body).toContain('"避难场所和疏散路线","第1行","名称","示例小学操场"');
    expect(csv.body).not.toMatch(/示例甲|88880001/);
  });

  it('says the same to a repeated request, and 422 for another body under the key', async () => {
    const world = await createWorld();
    const { head, organisationId } = await community(world);
    const input = { organisationId, section: 'plan', version: '0', ...sectionValues.plan };
    const once = key();
    const first = await saveSection(world.ctx, head, input, once);
    expect(await saveSection(world.ctx, head, input, once)).toEqual(first);
    await expect(
      saveSection(world.ctx, head, { ...input, title: '另一份预案' }, once),
    ).rejects.toMatchObject({ reason: 'idempotency_key_reused' });
  });

  it('is nobody else’s: members write, the officer of the county reads, others find nothing', async () => {
    const world = await createWorld();
    const own = await community(world);
    const { officer, organisationId } = own;
    const other = await community(world, '示例社区第二居民委员会');
    const elsewhere = await regional(world, 'reviewer', '320903');
    for (const by of [officer, other.head, elsewhere]) {
      await expect(saved(world.ctx, by, organisationId, 'plan')).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    const school = await drilling(world);
    await expect(
      saved(world.ctx, school.head, school.organisationId, 'plan'),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(await readProfile(world.ctx, school.organisationId)).toBeUndefined();
  });
});

describe('figures', () => {
  it('come from the sections, the records of drills and the registry', async () => {
    const world = await createWorld();
    const { head, organisationId, organiser } = await community(world);
    await wholeProfile(world.ctx, head, organisationId);
    await saved(world.ctx, head, organisationId, 'figures', { year: 2026 });
    await recorded(world.ctx, head, organiser);
    const profile = (await readProfile(world.ctx, organisationId))!;
    const figures = profileFigures(profile, 2026, TODAY);
    const valueOf = (name: string) => figures.find((one) => one.name === name)?.value;
    expect(figures.map(({ name }) => name)).toEqual([...new Set(figures.map(({ name }) => name))]);
    expect(
      ['residents', 'shelterCapacity', 'shelterAreaPerPerson', 'drills', 'drillPeople'].map(
        valueOf,
      ),
    ).toEqual([3600, 1500, 1.11, 1, 81]);
    expect([valueOf('volunteers'), valueOf('warningChannels'), valueOf('funds')]).toEqual([
      0, 2, 2.8,
    ]);
  });

  it('are read by a program of the community, without names', async () => {
    const world = await createWorld();
    const { head, token, organisationId } = await community(world);
    await wholeProfile(world.ctx, head, organisationId);
    const api = createApi(world);
    const answer = await api.get(`/api/organisations/${organisationId}/profile`, token);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ organisationId, gaps: [] });
    expect(JSON.stringify(answer.body)).not.toContain('示例甲');
    const { token: stranger } = await world.person();
    const path = `/api/organisations/${organisationId}/profile`;
    expect((await api.get(path, stranger)).status).toBe(404);
    expect((await api.get(path)).status).toBe(401);
  });
});

describe('what runs out', () => {
  it('is told once to whoever is responsible, a month before, and not when it was renewed', async () => {
    const world = await createWorld();
    const { head, organisationId } = await community(world);
    await saved(world.ctx, head, organisationId, 'stores');
    await saved(world.ctx, head, organisationId, 'plan');
    expect(await remindOfCommunityDues(world.at(instantOf('2026-11-05', 600)))).toBe(0);
    expect(await remindOfCommunityDues(world.ctx)).toBe(2);
    expect(await remindOfCommunityDues(world.ctx)).toBe(0);
    const queued = await world.ctx.db
      .select()
      .from(outboxMessages)
      .where(eq(outboxMessages.template, 'community_due'));
    expect(queued).toHaveLength(2);
    const { make } = templates['community_due']!;
    const values = { organisationId, kind: 'stores', dueOn: '2026-12-20' };
    expect(await make(world.ctx, values, NOW)).toMatchObject({
      variables: { what: '有应急物资', day: '12月20日' },
    });
    const renewed = { ...sectionValues.stores, 'bestBefore-1': '2028-12-20' };
    await saved(world.ctx, head, organisationId, 'stores', { version: 1, values: renewed });
    expect(await make(world.ctx, values, NOW)).toBeNull();
  });
});

describe('a plan from a template', () => {
  const app = (url: string) =>
    createApp({
      now: () => NOW,
      openDatabase: () => openDatabase({ url }),
      log: () => {},
      findPlanTemplate,
    });
  const env = (url: string) => ({
    DATABASE_URL: url,
    PERSONAL_DATA_KEYS: TEST_KEYS,
    DEMONSTRATION: '1',
  });
  const executionContext = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const textOf = async (answer: Response) => {
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    return strFromU8(files['word/document.xml']!);
  };

  it('opens in Word with the profile filled in, for its community alone', async () => {
    const world = await createWorld();
    const { head, token, organisationId } = await community(world);
    await wholeProfile(world.ctx, head, organisationId);
    const site = app(world.url);
    const path = `/me/organisations/${organisationId}/profile/plan.docx?template=community`;
    const ask = (cookie?: string) =>
      site.request(
        path,
        { headers: cookie ? { Cookie: `__Host-anlan=${cookie}` } : {} },
        env(world.url),
        executionContext,
      );
    const answer = await ask(token);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Content-Type')).toContain('wordprocessingml');
    const text = await textOf(answer);
    for (const one of ['示例甲 0515-88880001', '示例小学操场', '大喇叭', '瓶装水200箱']) {
      expect(text).toContain(one);
    }
    const { token: stranger } = await world.person();
    expect((await ask(stranger)).status).toBe(404);
    expect((await ask()).status).toBe(401);
  });

  it('opens empty for everybody, and is not there under another name', async () => {
    const world = await createWorld();
    const site = app(world.url);
    const ask = (slug: string) =>
      site.request(
        `/communities/plan-templates/${slug}/plan.docx`,
        {},
        env(world.url),
        executionContext,
      );
    const answer = await ask('school');
    expect(answer.status).toBe(200);
    expect(await textOf(answer)).toContain('＿＿＿＿〔集合点');
    expect((await ask('nowhere')).status).toBe(404);
    expect((await ask('..%2Fcriteria')).status).toBe(404);
  });
});
