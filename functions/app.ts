import { OpenAPIHono } from '@hono/zod-openapi';
import type { FindTemplate } from '../src/features/drills/commands.ts';
import type { FindVenue } from '../src/features/hall-rules/policy.ts';
import { DomainError } from '../src/lib/errors.ts';
import { challengeCrowd, guardedRoutes } from './middleware/address.ts';
import { keepFilesApart, limitBody, refuseCrossSite } from './middleware/guards.ts';
import { request } from './middleware/request.ts';
import { requireProof } from './middleware/staff.ts';
import { logFailure, problemPage, problemResponse } from './respond.ts';
import { accountForms, accountsApi } from './routes/accounts.ts';
import { applicationDraftForms, applicationDraftsApi } from './routes/application-drafts.ts';
import { auditApi, auditFiles } from './routes/audit.ts';
import { bookingForms, bookingsApi } from './routes/bookings.ts';
import { callOutForms } from './routes/call-outs.ts';
import {
  communityProfileFiles,
  communityProfileForms,
  communityProfilesApi,
  type FindPlanTemplate,
} from './routes/community-profiles.ts';
import { callerForms } from './routes/callers.ts';
import { certificateForms, certificatesApi } from './routes/certificates.ts';
import { feedbackApi, feedbackForms } from './routes/feedback.ts';
import { credentialForms, credentialsApi } from './routes/credentials.ts';
import { doorApi, doorForms } from './routes/door.ts';
import { fileDownloads, filesApi } from './routes/files.ts';
import { disclosureForms } from './routes/disclosures.ts';
import { groupForms, groupsApi } from './routes/groups.ts';
import { courseForms, coursesApi } from './routes/courses.ts';
import { hallRuleForms } from './routes/hall-rules.ts';
import { hallFiles, hallsApi } from './routes/halls.ts';
import { drillCalendarApi, drillCalendarFiles } from './routes/drill-calendar.ts';
import { drillDeskApi, drillDeskForms } from './routes/drill-desk.ts';
import { drillSignUpForms, drillSignUpsApi } from './routes/drill-sign-ups.ts';
import { drillRunForms, drillRunsApi } from './routes/drill-runs.ts';
import { drillNumberFiles } from './routes/drill-numbers.ts';
import { drillEvaluationForms } from './routes/drill-evaluations.ts';
import { drillForms, drillsApi } from './routes/drills.ts';
import { householdFiles } from './routes/household.ts';
import { improvementForms } from './routes/improvements.ts';
import { importForms } from './routes/imports.ts';
import { inquiriesApi, inquiryForms } from './routes/inquiries.ts';
import { bannerForms } from './routes/banners.ts';
import { liveFiles } from './routes/live.ts';
import { noticeFiles, noticeForms, noticesApi } from './routes/notices.ts';
import { numberFiles } from './routes/numbers.ts';
import { messageForms } from './routes/messages.ts';
import { namingForms } from './routes/namings.ts';
import { openapiDocument } from './routes/openapi.ts';
import { organisationForms, organisationsApi } from './routes/organisations.ts';
import { phoneForms } from './routes/phones.ts';
import { roleForms } from './routes/roles.ts';
import { publicNoticeFiles, publicNoticeForms } from './routes/public-notices.ts';
import { rosterForms } from './routes/roster.ts';
import { privacyApi, privacyForms } from './routes/privacy.ts';
import { noShowForms } from './routes/no-shows.ts';
import { openingForms } from './routes/openings.ts';
import { outageForms } from './routes/outages.ts';
import { replacementForms } from './routes/replacements.ts';
import { reviewFiles, reviewForms } from './routes/reviews.ts';
import { samplingDrawFiles, samplingDrawForms, samplingDrawsApi } from './routes/sampling-draws.ts';
import { siteVisitForms, siteVisitsApi } from './routes/site-visits.ts';
import { stopForms } from './routes/stops.ts';
import { trackingApi, trackingForms } from './routes/tracking.ts';
import { ticketForms } from './routes/tickets.ts';
import { volunteerForms, volunteersApi } from './routes/volunteers.ts';
import { waitlistApi, waitlistForms } from './routes/waitlist.ts';
import { withdrawalForms } from './routes/withdrawals.ts';
import { defaultDeps, type ScopeDeps } from './scope.ts';
import type { AppContext, AppEnv, PageRenderer } from './types.ts';

export interface AppDeps extends Partial<ScopeDeps> {
  /** Draws the site's pages; tests of the API leave it out. */
  renderPage?: PageRenderer;
  /** 情景模板 of the site's content; tests of the API bring one of their own. */
  findTemplate?: FindTemplate;
  /** 基层预案 of the site's content, likewise. */
  findPlanTemplate?: FindPlanTemplate;
  /** The site's halls that take bookings, likewise. */
  findVenue?: FindVenue;
}

const noPages: PageRenderer = async (c) => c.text('no pages here', 501);
const noTemplates = async () => undefined;

/** The whole site behind the static files: guards first, then routes, then pages. */
export function createApp({
  renderPage = noPages,
  findTemplate = noTemplates,
  findPlanTemplate = noTemplates,
  findVenue = noTemplates,
  ...deps
}: AppDeps = {}) {
  const app = new OpenAPIHono<AppEnv>();
  app.use(request({ ...defaultDeps, ...deps }));
  app.use(keepFilesApart);
  app.use(limitBody);
  app.use(refuseCrossSite);
  app.use('/staff/*', requireProof(renderPage));
  for (const [group, path] of guardedRoutes)
    app.on('POST', path, challengeCrowd(group, renderPage));

  app.route('/api', hallsApi());
  app.route('/api', accountsApi());
  app.route('/api', credentialsApi());
  app.route('/api', bookingsApi());
  app.route('/api', doorApi());
  app.route('/api', waitlistApi());
  app.route('/api', coursesApi());
  app.route('/api', feedbackApi());
  app.route('/api', certificatesApi());
  app.route('/api', volunteersApi());
  app.route('/api', groupsApi());
  app.route('/api', auditApi());
  app.route('/api', inquiriesApi());
  app.route('/api', noticesApi());
  app.route('/api', filesApi());
  app.route('/api', organisationsApi());
  app.route('/api', communityProfilesApi());
  app.route('/api', applicationDraftsApi());
  app.route('/api', drillsApi());
  app.route('/api', drillDeskApi());
  app.route('/api', drillRunsApi());
  app.route('/api', drillSignUpsApi());
  app.route('/api', drillCalendarApi());
  app.route('/api', trackingApi());
  app.route('/api', samplingDrawsApi());
  app.route('/api', siteVisitsApi());
  app.route('/api', privacyApi());
  openapiDocument(app);
  app.all('/api/*', () => {
    throw new DomainError(
      'not_found',
      'no_such_address',
      '没有这个接口。接口说明在 /api/openapi.json。',
    );
  });

  app.route('/', auditFiles());
  app.route('/', liveFiles());
  app.route('/', hallFiles());
  app.route('/', householdFiles());
  app.route('/', noticeFiles());
  app.route('/', drillCalendarFiles());
  app.route('/', publicNoticeFiles());
  app.route('/', samplingDrawFiles());
  app.route('/', numberFiles());
  app.route('/', drillNumberFiles());
  app.route('/', fileDownloads());
  app.route('/', accountForms(renderPage));
  app.route('/', trackingForms(renderPage));
  app.route('/', publicNoticeForms(renderPage));
  app.route('/', samplingDrawForms(renderPage));
  app.route('/', siteVisitForms(renderPage));
  app.route('/', credentialForms(renderPage));
  app.route('/', bookingForms(renderPage));
  app.route('/', doorForms(renderPage));
  app.route('/', waitlistForms(renderPage));
  app.route('/', openingForms(renderPage));
  app.route('/', hallRuleForms(renderPage, findVenue));
  app.route('/', replacementForms(renderPage));
  app.route('/', stopForms(renderPage));
  app.route('/', outageForms(renderPage));
  app.route('/', noShowForms(renderPage));
  app.route('/', courseForms(renderPage));
  app.route('/', callerForms(renderPage));
  app.route('/', feedbackForms(renderPage));
  app.route('/', certificateForms(renderPage));
  app.route('/', groupForms(renderPage));
  app.route('/', rosterForms(renderPage));
  app.route('/', volunteerForms(renderPage));
  app.route('/', callOutForms(renderPage));
  app.route('/', ticketForms(renderPage));
  app.route('/', inquiryForms(renderPage));
  app.route('/', noticeForms(renderPage));
  app.route('/', bannerForms(renderPage));
  app.route('/', withdrawalForms(renderPage));
  app.route('/', messageForms(renderPage));
  app.route('/', privacyForms(renderPage));
  app.route('/', disclosureForms(renderPage));
  app.route('/', importForms(renderPage));
  app.route('/', phoneForms(renderPage));
  app.route('/', roleForms(renderPage));
  app.route('/', namingForms(renderPage));
  app.route('/', communityProfileFiles(findPlanTemplate));
  app.route('/', communityProfileForms(renderPage));
  app.route('/', applicationDraftForms(renderPage));
  app.route('/', reviewFiles());
  app.route('/', reviewForms(renderPage));
  app.route('/', organisationForms(renderPage));
  app.route('/', drillForms(renderPage));
  app.route('/', drillEvaluationForms(renderPage));
  app.route('/', improvementForms(renderPage));
  app.route('/', drillDeskForms(renderPage, findTemplate));
  app.route('/', drillRunForms(renderPage));
  app.route('/', drillSignUpForms(renderPage));
  app.onError((error, c) => {
    logFailure(c, error);
    return wantsJson(c) ? problemResponse(c, error) : problemPage(c, error, renderPage);
  });
  return app;
}

function wantsJson(c: AppContext): boolean {
  return c.req.path.startsWith('/api/');
}
