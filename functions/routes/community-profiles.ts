import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { addRiskMap, saveSection } from '../../src/features/community-profiles/commands.ts';
import {
  profileFigures,
  profileGaps,
  reportedYear,
  type Profile,
} from '../../src/features/community-profiles/policy.ts';
import {
  findCommunity,
  profileHash,
  readProfile,
} from '../../src/features/community-profiles/queries.ts';
import { planValues, profileSheet } from '../../src/features/community-sheets/policy.ts';
import { planDocument, planTitle } from '../../src/features/plan-templates/policy.ts';
import { templateAsked, type PlanTemplate } from '../../src/features/plan-templates/schema.ts';
import { can } from '../../src/features/roles/policy.ts';
import { contentDisposition } from '../../src/lib/download.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { calendarDate } from '../../src/lib/time.ts';
import { writeDocx } from '../../src/lib/word.ts';
import { readFileForm } from '../file-forms.ts';
import { scanSoon } from '../files.ts';
import { readForm } from '../forms.ts';
import { createApi, instantSchema, jsonAnswer, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';
import { sheetAnswer } from './disclosures.ts';

/** A plan template by its slug; undefined where there is none. */
export type FindPlanTemplate = (slug: string) => Promise<PlanTemplate | undefined>;

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const notFound = () => new DomainError('not_found', 'community_not_yours', '没有找到这个社区。');

/** The profile of a community of one's own, as it stands. @throws DomainError `not_signed_in`, `not_found`. */
async function ownProfile(c: AppContext): Promise<Profile> {
  const { scope } = c.var;
  const holder = await scope.holder();
  const context = await scope.context();
  const { id = '' } = c.req.param();
  const found = await findCommunity(context, id);
  const isTheirs =
    found && can(holder, { action: 'community_profile.edit', memberIds: found.memberIds });
  const profile = isTheirs ? await readProfile(context, id) : undefined;
  if (!profile) throw notFound();
  return profile;
}

const profileSchema = z
  .object({
    organisationId: z.uuid(),
    asOf: instantSchema,
    hash: z.string().openapi({ description: 'SHA-256 over what the profile says.' }),
    sections: z.array(
      z.object({
        section: z.string(),
        year: z.int(),
        version: z.int(),
        savedAt: instantSchema,
      }),
    ),
    figures: z.array(
      z.object({
        name: z.string(),
        label: z.string(),
        value: z.number().nullable(),
        unit: z.string(),
        source: z.enum(['typed', 'counted']),
      }),
    ),
    gaps: z.array(
      z.object({
        section: z.string(),
        missing: z.array(z.string()),
        doubts: z.array(z.string()),
      }),
    ),
  })
  .openapi('CommunityProfile', {
    description: '社区基本情况: numbers and what is missing; no names, no telephone numbers.',
  });

const profileRoute = createRoute({
  method: 'get',
  path: '/organisations/{id}/profile',
  summary: 'The profile of a community of yours, in figures of the year before',
  security: [{ signIn: [] }],
  request: {
    params: z.object({
      id: z.uuid({ error: '没有这个单位' }).openapi({ param: { name: 'id', in: 'path' } }),
    }),
  },
  responses: { 200: jsonAnswer('The profile.', profileSchema), ...problems(401, 404, 422, 503) },
});

/** What programs of a community read of it. */
export function communityProfilesApi() {
  const api = createApi();
  api.openapi(profileRoute, async (c) => {
    const profile = await ownProfile(c as AppContext);
    const today = calendarDate(c.var.scope.now);
    return c.json(
      {
        organisationId: profile.organisation.id,
        asOf: profile.asOf.toISOString(),
        hash: await profileHash(profile),
        sections: profile.sections.map(({ section, year, version, writtenAt }) => ({
          ...{ section, year, version, savedAt: writtenAt.toISOString() },
        })),
        figures: profileFigures(profile, reportedYear(today), today),
        gaps: profileGaps(profile, today).map(({ section, missing, doubts }) => ({
          ...{ section, missing, doubts },
        })),
      },
      200,
    );
  });
  return api;
}

/** Sections saved apart, and risk maps that were drawn elsewhere. */
export function communityProfileForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/me/organisations/:id/profile/risk-map', async (c) => {
    const values: Record<string, string> = {};
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      // Before a file of many megabytes is taken in for nothing.
      const { organisation } = await ownProfile(c);
      const file = await readFileForm(c, values, 'risk_map');
      const input = { organisationId: organisation.id, file };
      await addRiskMap(await scope.context(), await scope.holder(), input, values['key'] ?? '');
      scanSoon(c);
      return `/me/organisations/${organisation.id}/profile?map=1`;
    });
  });
  forms.post('/me/organisations/:id/profile/sections/:section', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const { id: organisationId, section } = c.req.param();
      const input = { ...values, organisationId, section };
      await saveSection(await scope.context(), await scope.holder(), input, key);
      return `/me/organisations/${organisationId}/profile?saved=${section}`;
    });
  });
  return forms;
}

/** A community's own table, and plans as Word opens them: filled for a community, empty for everybody. */
export function communityProfileFiles(findPlanTemplate: FindPlanTemplate) {
  const files = new Hono<AppEnv>();
  files.get('/me/organisations/:id/profile/export/:file', async (c) => {
    const [name, format, ...rest] = c.req.param('file').split('.');
    const asked = z.enum(['csv', 'xlsx']).safeParse(format);
    if (name !== 'profile' || !asked.success || rest.length > 0) throw notFound();
    const profile = await ownProfile(c);
    const title = `${profile.organisation.name}防灾减灾基本情况`;
    return sheetAnswer(profileSheet(profile), asked.data, title, c.var.scope.now);
  });
  files.get('/me/organisations/:id/profile/plan.docx', async (c) => {
    const profile = await ownProfile(c);
    const template = await namedTemplate(c.req.query('template'));
    return wordAnswer(c, template, planValues(profile), profile.organisation.name);
  });
  files.get('/communities/plan-templates/:slug/plan.docx', async (c) =>
    wordAnswer(c, await namedTemplate(c.req.param('slug')), {}, ''),
  );
  return files;

  async function namedTemplate(slug: unknown): Promise<PlanTemplate> {
    const { data } = templateAsked.safeParse(slug);
    const template = data === undefined ? undefined : await findPlanTemplate(data);
    if (!template) throw new DomainError('not_found', 'template_unknown', '没有这份模板。');
    return template;
  }
}

async function wordAnswer(
  c: AppContext,
  template: PlanTemplate,
  values: Readonly<Record<string, string>>,
  holder: string,
): Promise<Response> {
  const bytes = await writeDocx(planDocument(template, values, holder), c.var.scope.now);
  return new Response(bytes, {
    headers: {
      'Content-Type': WORD,
      'Content-Disposition': contentDisposition(
        'attachment',
        `${planTitle(template, holder)}（草稿）.docx`,
      ),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
