import { OpenAPIHono } from '@hono/zod-openapi';
import { DomainError } from '../src/lib/errors.ts';
import { limitBody, refuseCrossSite } from './middleware/guards.ts';
import { request } from './middleware/request.ts';
import { logFailure, problemPage, problemResponse } from './respond.ts';
import { accountForms, accountsApi } from './routes/accounts.ts';
import { auditApi, auditFiles } from './routes/audit.ts';
import { bookingForms, bookingsApi } from './routes/bookings.ts';
import { hallsApi } from './routes/halls.ts';
import { inquiriesApi, inquiryForms } from './routes/inquiries.ts';
import { openapiDocument } from './routes/openapi.ts';
import { organisationForms } from './routes/organisations.ts';
import { roleForms } from './routes/roles.ts';
import { privacyForms } from './routes/privacy.ts';
import { ticketForms } from './routes/tickets.ts';
import { defaultDeps, type ScopeDeps } from './scope.ts';
import type { AppContext, AppEnv, PageRenderer } from './types.ts';

export interface AppDeps extends Partial<ScopeDeps> {
  /** Draws the site's pages; tests of the API leave it out. */
  renderPage?: PageRenderer;
}

const noPages: PageRenderer = async (c) => c.text('no pages here', 501);

/** The whole site behind the static files: guards first, then routes, then pages. */
export function createApp({ renderPage = noPages, ...deps }: AppDeps = {}) {
  const app = new OpenAPIHono<AppEnv>();
  app.use(request({ ...defaultDeps, ...deps }));
  app.use(limitBody);
  app.use(refuseCrossSite);

  app.route('/api', hallsApi());
  app.route('/api', accountsApi());
  app.route('/api', bookingsApi());
  app.route('/api', auditApi());
  app.route('/api', inquiriesApi());
  openapiDocument(app);
  app.all('/api/*', () => {
    throw new DomainError(
      'not_found',
      'no_such_address',
      '没有这个接口。接口说明在 /api/openapi.json。',
    );
  });

  app.route('/', auditFiles());
  app.route('/', accountForms(renderPage));
  app.route('/', bookingForms(renderPage));
  app.route('/', ticketForms(renderPage));
  app.route('/', inquiryForms(renderPage));
  app.route('/', privacyForms(renderPage));
  app.route('/', roleForms(renderPage));
  app.route('/', organisationForms(renderPage));
  app.onError((error, c) => {
    logFailure(c, error);
    return wantsJson(c) ? problemResponse(c, error) : problemPage(c, error, renderPage);
  });
  return app;
}

function wantsJson(c: AppContext): boolean {
  return c.req.path.startsWith('/api/');
}
