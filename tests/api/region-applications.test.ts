import { beforeEach, describe, expect, it } from 'vitest';
import {
  allLines,
  evidencePath,
  entryPath,
  listFrozenEvidence,
} from '../../src/features/application-drafts/policy.ts';
import {
  listApplicants,
  listOpenApplications,
} from '../../src/features/application-drafts/queries.ts';
import { applicationPath } from '../../src/features/applications/policy.ts';
import { scanFiles } from '../../src/features/files/commands.ts';
import { standingOf } from '../../src/features/reviews/policy.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { listSiteEvidence } from '../../src/features/site-evidence/queries.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { demonstrationScanner } from '../../src/lib/scanner.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi, type Api } from '../helpers/api.ts';
import { bestEntry } from '../helpers/application-drafts.ts';
import { decided, loaded } from '../helpers/filed-applications.ts';
import { pdf, withStore } from '../helpers/files.ts';
import { listNaming } from '../helpers/namings.ts';
import { NOW } from '../helpers/session.ts';
import { strongSignIn } from '../helpers/site-app.ts';
import { openStore, type TestStore } from '../helpers/store.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

let world: World;
let store: TestStore;
let apis: Map<number, Api>;

beforeEach(async () => {
  apis = new Map();
  world = await createWorld();
  store = await openStore();
});

/** Somebody who works for a region, at their desk. */
async function officer(scopeId: string) {
  const { person } = await world.person();
  const role = { role: 'reviewer', scopeKind: 'region', scopeId } as const;
  const by: Holder = { id: person.id, roles: [role] };
  return { by, token: await strongSignIn(world, person.id, [role]) };
}

/** A form as a browser without a script sends it, some minutes after the world began. @returns where it leads. */
async function sends(
  token: string,
  path: string,
  texts: Readonly<Record<string, string>>,
  file?: Uint8Array<ArrayBuffer>,
  minutes = 0,
): Promise<string> {
  const body = new FormData();
  for (const [name, value] of Object.entries({ key: key(), ...texts })) body.append(name, value);
  if (file) body.append('file', new File([file], '材料.pdf', { type: 'application/pdf' }));
  const headers = { 'Sec-Fetch-Site': 'same-origin' };
  const answer = await apiAt(minutes).send(path, { method: 'POST', body, headers }, token);
  expect([path, answer.status]).toEqual([path, 303]);
  return answer.headers.get('location') ?? '';
}
/** Making the app takes longer than what it is asked here. */
function apiAt(minutes = 0): Api {
  const settings = { FILES_S3: JSON.stringify(store.settings) };
  const api = apis.get(minutes) ?? createApi(world, addMinutes(NOW, minutes), settings);
  apis.set(minutes, api);
  return api;
}

/** Fills in every page and puts a file, or what the site has, to everything that is asked for. */
async function fills(token: string, applicationId: string) {
  const { application, programme } = await loaded(world.ctx, applicationId);
  const lines = allLines(programme);
  const pages = Map.groupBy(lines, ({ part, key: of }) =>
    entryPath(applicationId, programme, part, of),
  );
  for (const [page, own] of pages) {
    const fields = own.flatMap((line) => {
      const { entry, ...values } = bestEntry(line);
      return Object.entries(values).map(([field, value]) => [`${entry}.${field}`, value]);
    });
    expect(await sends(token, page, Object.fromEntries(fields))).toBe(`${page}?saved=1`);
  }
  const site = await listSiteEvidence(world.ctx, application);
  for (const { part, key: of, asked } of lines) {
    const page = evidencePath(applicationId, part, of);
    for (const { kind, text } of asked) {
      const fact = site.find((one) => one.kind === kind);
      const link = fact && { kind, figure: '', sha256: fact.sha256 };
      if (link) await sends(token, `${page}/links`, link);
      else await sends(token, page, { kind, title: '' }, pdf(300, `${of} ${text}`));
    }
  }
}

const stateOf = async (applicationId: string, ctx: CommandContext = world.ctx) => {
  const file = await loaded(ctx, applicationId);
  return standingOf(file.file, file, ctx.now).state;
};

/** A community that was named: what a town or a county needs of its own before it applies. */
const named = (place: string, level: string) =>
  [
    '名称,类型,地区代码,级别,命名单位,文件名,文号,命名日期',
    ...['甲', '乙'].map(
      (name) => `示例${name}社区,社区,${place},${level},示例单位,示例命名通知,,2025-12-01`,
    ),
  ].join('\n');

describe.each([
  {
    ...{ what: 'a town', region: '360222101', name: '江西省景德镇市浮梁县鹅湖镇' },
    ...{ programme: 'jiangxi-town', over: '360222', first: 'step:county-check' },
    titles: named('360222101', '省级'),
  },
  {
    ...{ what: 'a county', region: '320904', name: '江苏省盐城市大丰区' },
    ...{ programme: 'jiangsu-safe-city', over: '320900', first: 'step:city-recheck' },
    titles: undefined,
  },
])('$what that applies for itself', ({ region, name, programme, over, first, titles }) => {
  it('brings its evidence the whole way, also after a return', { timeout: 60_000 }, async () => {
    const [own, colleague, above, elsewhere] = [
      await officer(region),
      await officer(region),
      await officer(over),
      await officer('320700'),
    ];
    if (titles) {
      const county = await officer(region.slice(0, 6));
      await listNaming(world.ctx, county.by, titles, region.slice(0, 6));
    }
    expect(await listApplicants(world.ctx, own.by)).toEqual([
      { organisationId: null, regionCode: region, name },
    ]);
    const begin = { programme, organisationId: '', regionCode: region, start: 'empty' };
    const to = await sends(own.token, '/me/applications/new', begin);
    const applicationId = /applications\/([0-9a-f-]{36})/.exec(to)?.[1] ?? '';
    const applicants = await listApplicants(world.ctx, colleague.by);
    expect(await listOpenApplications(world.ctx, applicants)).toMatchObject([
      { id: applicationId, programme },
    ]);

    // Begun by one, filled in and handed in by the other.
    await fills(colleague.token, applicationId);
    const base = applicationPath(applicationId);
    const submission = { on: 'draft', confirmed: 'yes' };
    expect(await sends(colleague.token, `${base}/submission`, submission)).toBe(`${base}/receipt`);
    expect(await stateOf(applicationId)).toBe(first);
    await scanFiles(withStore(world.ctx, store), demonstrationScanner);

    const evidence = listFrozenEvidence(await loaded(world.ctx, applicationId));
    const asked = allLines((await loaded(world.ctx, applicationId)).programme).flatMap(
      (line) => line.asked,
    );
    expect(evidence).toHaveLength(asked.length);
    const fileId = evidence.find((one) => one.fileId !== null)?.fileId ?? '';
    const opens = async ({ token }: { token: string }) =>
      (await apiAt().send(`/files/${fileId}`, {}, token)).status;
    expect(await Promise.all([own, colleague, above, elsewhere].map(opens))).toEqual([
      ...[200, 200, 200, 404],
    ]);

    const faults = [{ part: 'condition', key: 'plan', kind: 'unclear', what: '请重拍' }];
    const at = (minutes: number) => world.at(addMinutes(NOW, minutes));
    await decided(at(1), above.by, applicationId, { act: 'return' }, { details: { faults } });
    expect(await stateOf(applicationId, at(2))).toBe(first.replace('step', 'returned'));
    const plan = evidencePath(applicationId, 'condition', 'plan');
    const again = { kind: 'file', title: '重拍的' };
    await sends(own.token, plan, again, pdf(300, '重拍'), 2);
    const correction = { on: first.replace('step', 'returned'), confirmed: 'yes' };
    await sends(own.token, `${base}/submission`, correction, undefined, 3);
    const mended = listFrozenEvidence(await loaded(at(4), applicationId));
    expect(mended.map(({ title }) => title)).toContain('重拍的');
    expect(mended).toHaveLength(asked.length + 1);
    const scan = pdf(300, '盖章');
    const stamp = { level: 'applicant' };
    expect(await sends(own.token, `${base}/stamped`, stamp, scan, 4)).toBe(
      `${base}/stamped?added=1`,
    );
  });
});

describe('a region', () => {
  it('is a city too, where its programme is for counties and cities of their rank', async () => {
    const { by, token } = await officer('320981');
    const [applicant] = await listApplicants(world.ctx, by);
    expect(applicant?.name).toBe('江苏省盐城市东台市');
    const asked = { organisationId: '', regionCode: '320981', start: 'empty' };
    const programme = 'jiangsu-safe-city';
    const to = await sends(token, '/me/applications/new', { ...asked, programme });
    expect(to).toMatch(/^\/me\/applications\/[0-9a-f-]{36}\?begun=1$/);
  });

  it('that there is not applies for nothing', async () => {
    const { by } = await officer('360222999');
    expect(await listApplicants(world.ctx, by)).toEqual([]);
  });
});
