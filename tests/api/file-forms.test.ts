import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { listSubjectFiles } from '../../src/features/files/queries.ts';
import { planVisit } from '../../src/features/site-visits/commands.ts';
import { findVisitDesk } from '../../src/features/site-visits/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { community } from '../helpers/communities.ts';
import { held, mending } from '../helpers/evaluated-drills.ts';
import { listProgrammes } from '../helpers/filed-applications.ts';
import { jpeg, SECRET } from '../helpers/pictures.ts';
import { strongSignIn } from '../helpers/site-app.ts';
import { openStore, type TestStore } from '../helpers/store.ts';
import { offices, walkedTo } from '../helpers/walked-applications.ts';
import { createWorld, type World } from '../helpers/world.ts';

const UNKNOWN = '01930000-0000-7000-8000-000000000000';
const key = () => crypto.randomUUID();

/** Every form that takes a file, sent in one go where no script runs. */
const FILE_FORMS = [
  `/me/organisations/${UNKNOWN}/proof`,
  `/me/organisations/${UNKNOWN}/profile/risk-map`,
  '/halls/yancheng/groups/confirmation',
  `/me/groups/${UNKNOWN}/letter`,
  `/me/drills/${UNKNOWN}/photos`,
  `/me/improvements/${UNKNOWN}/completion`,
  `/me/applications/${UNKNOWN}/evidence/point/money-used`,
  `/me/applications/${UNKNOWN}/stamped`,
  `/staff/applications/${UNKNOWN}/visit/photos`,
];
/** The same act at an office's desk. */
const SAME_AT_DESK = [
  `/staff/improvements/${UNKNOWN}/completion`,
  `/staff/applications/${UNKNOWN}/stamped`,
];

let world: World;
let store: TestStore;

beforeEach(async () => {
  world = await createWorld();
  store = await openStore();
});

/** A photo as a phone takes it: longer than any form of texts. */
const photo = () => new Uint8Array(jpeg({ pixels: Buffer.alloc(150_000, 7) }));

/** Sends a photo with the form's texts, as a browser without a script does. */
async function send(
  ctx: CommandContext,
  path: string,
  token: string,
  texts: Readonly<Record<string, string>> = {},
): Promise<{ status: number; to: string }> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ key: key(), ...texts })) body.append(name, value);
  body.append('file', new File([photo()], '现场 照片.JPG', { type: 'image/jpeg' }));
  const api = createApi(world, ctx.now, { FILES_S3: JSON.stringify(store.settings) });
  const headers = { 'Sec-Fetch-Site': 'same-origin' };
  const answer = await api.send(path, { method: 'POST', body, headers }, token);
  return { status: answer.status, to: answer.headers.get('location') ?? '' };
}

const tokenOf = (ctx: CommandContext, id: string) => strongSignIn({ ...world, ctx }, id, []);

/** What came of it: one picture, without where it was taken. */
async function kept(ctx: CommandContext, kind: string, subjectId: string) {
  const files = await listSubjectFiles(ctx, kind, subjectId);
  expect(files).toMatchObject([{ type: 'jpeg' }]);
  expect(files[0]?.size).toBeGreaterThan(64 * 1024);
  expect([...store.objects.values()].some((one) => one.includes(SECRET))).toBe(false);
}

describe('a form with a file', () => {
  it('is not held to the length of a text, wherever it stands', async () => {
    const { token } = await world.person();
    const answers = await Promise.all(
      [...FILE_FORMS, ...SAME_AT_DESK].map(async (path) => ({
        path,
        isTooLarge: (await send(world.ctx, path, token)).status === 413,
      })),
    );
    expect(answers.filter(({ isTooLarge }) => isTooLarge)).toEqual([]);
    const routes = globSync(join(import.meta.dirname, '../../functions/routes/*.ts'));
    const readers = routes.flatMap(
      (file) => readFileSync(file, 'utf8').match(/readFileForm\(/g) ?? [],
    );
    expect(readers).toHaveLength(FILE_FORMS.length);
  });

  it('takes the photo of a risk map', async () => {
    const { ctx } = world;
    const { head, organisationId } = await community(world);
    const path = `/me/organisations/${organisationId}/profile/risk-map`;
    expect(await send(ctx, path, await tokenOf(ctx, head.id))).toEqual({
      ...{ status: 303, to: `/me/organisations/${organisationId}/profile?map=1` },
    });
    await kept(ctx, 'community', organisationId);
  });

  it('takes the photo of a drill', async () => {
    const { ctx, head, drillId } = await held(world);
    const page = `/me/drills/${drillId}/photos`;
    expect(await send(ctx, page, await tokenOf(ctx, head.id))).toEqual({
      ...{ status: 303, to: `${page}?added=1` },
    });
    await kept(ctx, 'drill', drillId);
  });

  it('takes the proof that something was mended', async () => {
    const { ctx, head, organiser } = await held(world);
    const itemId = await mending(ctx, head, organiser);
    const page = `/me/improvements/${itemId}`;
    const token = await tokenOf(ctx, head.id);
    expect(await send(ctx, `${page}/completion`, token, { steps: '0' })).toEqual({
      ...{ status: 303, to: `${page}?taken=finish` },
    });
    await kept(ctx, 'improvement_item', itemId);
  });

  it('takes the photo of a site visit', async () => {
    const by = await offices(world);
    const { applicationId, ctx } = await walkedTo(world, by, 'step:county-review');
    const { county } = by;
    const plan = { applicationId, plannedOn: calendarDate(ctx.now), party: '县应急局2人' };
    await planVisit(ctx, county, plan, listProgrammes, key());
    const page = `/staff/applications/${applicationId}/visit/photos`;
    expect(await send(ctx, page, await tokenOf(ctx, county.id))).toEqual({
      ...{ status: 303, to: `${page}?added=1` },
    });
    const desk = await findVisitDesk(ctx, listProgrammes, county, applicationId);
    await kept(ctx, 'site_visit', desk?.visit?.id ?? '');
  });
});
