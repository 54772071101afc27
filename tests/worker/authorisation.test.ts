import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishRoot, sealEntries } from '../../src/features/audit/commands.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import type { Person as PersonRow } from '../../src/features/accounts/table.ts';
import { makeCallOut } from '../../src/features/call-outs/commands.ts';
import { endDrill, startDrill } from '../../src/features/drills/commands.ts';
import { createBooking, markArrival } from '../../src/features/bookings/commands.ts';
import { waitForCaller } from '../../src/features/caller-waits/commands.ts';
import {
  issueCertificate,
  issueHoursCertificate,
} from '../../src/features/certificates/commands.ts';
import { answerGroupRequest, createGroupRequest } from '../../src/features/groups/commands.ts';
import { findOwnGroup } from '../../src/features/groups/queries.ts';
import { openCourseSession } from '../../src/features/courses/commands.ts';
import { planned, published as announced, recorded, region } from '../helpers/drills.ts';
import { roleOf, signedUp } from '../helpers/drill-sign-ups.ts';
import { released } from '../helpers/evaluated-drills.ts';
import { carded, roleIdOf } from '../helpers/losing-states-drill-desk.ts';
import { announced as announcedDrill, opened } from '../helpers/open-drills.ts';
import { mending } from '../helpers/evaluated-drills.ts';
import { saved } from '../helpers/communities.ts';
import { listProgrammes, submitted } from '../helpers/filed-applications.ts';
import { beginApplication } from '../../src/features/applications/commands.ts';
import { applications } from '../../src/features/applications/table.ts';
import { listHash } from '../../src/features/draws/policy.ts';
import { drawFiles, drawFreezes, samplingDraws } from '../../src/features/sampling-draws/table.ts';
import { planVisit } from '../../src/features/site-visits/commands.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { offices, walkedTo } from '../helpers/walked-applications.ts';
import type { World } from '../helpers/world.ts';
import { listNaming } from '../helpers/namings.ts';
import { createImport } from '../../src/features/imports/commands.ts';
import { createInquiry } from '../../src/features/inquiries/commands.ts';
import { expiries } from '../../src/features/bookings/table.ts';
import { reportOutage } from '../../src/features/outages/commands.ts';
import { stopSessions } from '../../src/features/stops/commands.ts';
import { dropDuty, openNeeds, takeDuty } from '../../src/features/roster/commands.ts';
import { guideNeeds } from '../../src/features/roster/table.ts';
import {
  decideVolunteer,
  recordTraining,
  registerVolunteer,
} from '../../src/features/volunteers/commands.ts';
import { reviewBatches, reviewDelegations } from '../../src/features/review-desk/table.ts';
import { volunteerHours, volunteerTrainings } from '../../src/features/volunteers/table.ts';
import { joinWaitlist } from '../../src/features/waitlist/commands.ts';
import { findByCode } from '../../src/features/inquiries/queries.ts';
import {
  addMember,
  claimOrganisation,
  decideOrganisation,
} from '../../src/features/organisations/commands.ts';
import { claimNumber } from '../../src/features/phones/commands.ts';
import { listSubjectFiles } from '../../src/features/files/queries.ts';
import { findClaim } from '../../src/features/organisations/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import { addDays, addMinutes, calendarDate, DAY_MS, formatTime } from '../../src/lib/time.ts';
import { publishSomething } from '../helpers/publishing.ts';
import { addRole, addRoleOnly } from '../helpers/roles.ts';
import { listRoutes } from '../helpers/routes.ts';
import { bookingBody, postJson } from '../helpers/asking.ts';
import { HALL, startTestSite, type TestSite } from '../helpers/worker-site.ts';

/** Who may reach a route: what stands here is written by hand and knows nothing of the code it checks. */
type Who =
  | 'file readers'
  | 'importers'
  | 'importer'
  | 'hall tables'
  | 'volunteer keepers'
  | 'everybody'
  | 'signed in'
  | 'owner'
  | 'door'
  | 'hall manager'
  | 'reviewer'
  | 'drill organiser'
  | 'drill graders'
  | 'editor'
  | 'publisher'
  | 'administrator'
  | 'auditor'
  | 'staff'
  | 'works here';
type Person =
  | 'nobody'
  | 'visitor'
  | 'owner'
  | 'hallStaff'
  | 'hallManager'
  | 'reviewer'
  | 'editor'
  | 'administrator'
  | 'auditor'
  /** Holds every role and has shown no more than a phone's code. */
  | 'phoneOnly';

const PEOPLE: readonly Person[] = [
  'nobody',
  'visitor',
  'owner',
  'hallStaff',
  'hallManager',
  'reviewer',
  'editor',
  'administrator',
  'auditor',
  'phoneOnly',
];
const STAFF: readonly Person[] = [
  'hallStaff',
  'hallManager',
  'reviewer',
  'editor',
  'administrator',
  'auditor',
];
const ALLOWED: Record<Who, readonly Person[]> = {
  everybody: PEOPLE,
  'signed in': PEOPLE.slice(1),
  owner: ['owner'],
  door: ['hallStaff', 'hallManager'],
  'hall manager': ['hallManager', 'administrator'],
  reviewer: ['reviewer'],
  // The reviewer of this test organises drills as well.
  'drill organiser': ['reviewer'],
  'drill graders': ['reviewer', 'administrator'],
  'file readers': ['owner', 'reviewer'],
  importers: ['hallManager', 'reviewer'],
  importer: ['reviewer'],
  'hall tables': ['hallManager'],
  'volunteer keepers': ['hallManager', 'reviewer'],
  editor: ['editor'],
  publisher: ['editor', 'administrator'],
  administrator: ['administrator'],
  auditor: ['auditor'],
  staff: STAFF,
  'works here': [...STAFF, 'phoneOnly'],
};

/** What somebody with roles is led to proving who they are for, whichever roles they are. */
const NEEDS_PROOF =
  /^\w+ \/staff(?!\/(sign-in|set-up|credentials\/password))|^\w+ \/api\/applications\/:id\/(visit|entries)|^\w+ \/me\/applications\/:id|^\w+ \/api\/halls\/:slug\/door|^POST \/api\/.*\/(arrivals?|decision)$|^GET \/files\/|^POST \/me\/phone(\/code)?$|^GET \/me\/improvements\/:|^GET \/me\/drills\/(new|:drillId(?!\/(run\/manifest\.json|sign-up(\/|$)|report\.docx)))|^POST \/me\/drills\/(new|:drillId\/(version|announcement|cancellation|start|end|people|script|sign-ups))/;

/** Every route of the app and every page. A new one fails the test below until somebody says whose it is. */
const ROUTES: Record<string, Who> = {
  'GET /': 'everybody',
  'GET /api/audit/receipts/:id': 'everybody',
  'GET /api/audit/roots': 'everybody',
  'GET /api/audit/seals': 'everybody',
  'GET /api/bookings': 'signed in',
  'GET /api/bookings/:id': 'owner',
  'GET /api/guide-duties': 'signed in',
  'GET /api/hours-certificates/:code': 'everybody',
  'GET /api/halls': 'everybody',
  'GET /api/halls/:slug/door': 'door',
  'GET /api/halls/:slug/sessions': 'everybody',
  'GET /api/halls/:slug/availability': 'everybody',
  'GET /api/course-sessions': 'everybody',
  'GET /api/group-requests': 'signed in',
  'GET /api/group-requests/:id': 'owner',
  'GET /api/halls/:slug/group-sessions': 'everybody',
  'GET /api/waitlist-entries': 'signed in',
  'GET /api/certificates/:code': 'everybody',
  'GET /cards': 'everybody',
  'GET /cards/:slug': 'everybody',
  'GET /certificates': 'everybody',
  'GET /certificates/:code': 'everybody',
  'GET /api/files/:id': 'owner',
  'GET /api/inquiries/:code': 'everybody',
  'GET /api/notices': 'everybody',
  'GET /api/notices/:id': 'everybody',
  'GET /api/me/data': 'signed in',
  'GET /api/openapi.json': 'everybody',
  'GET /api/organisations': 'signed in',
  'GET /api/organisations/:organisationId': 'owner',
  'GET /audit': 'everybody',
  'GET /audit/key.json': 'everybody',
  'GET /audit/receipts/:id': 'everybody',
  'GET /audit/roots/:file': 'everybody',
  'GET /communities': 'everybody',
  'GET /drills': 'everybody',
  'GET /api/drill-plans': 'everybody',
  'GET /api/drill-plans/:code/:year': 'everybody',
  'GET /api/organisations/:organisationId/duties': 'owner',
  'GET /api/organisations/:organisationId/profile': 'owner',
  'GET /communities/:organisationId': 'everybody',
  'GET /communities/plan-templates': 'everybody',
  'GET /communities/plan-templates/:slug': 'everybody',
  'GET /communities/plan-templates/:slug/plan.docx': 'everybody',
  'GET /me/organisations/:organisationId/profile': 'owner',
  'GET /me/organisations/:organisationId/profile/sections/:section': 'owner',
  'GET /me/organisations/:organisationId/profile/export/:file': 'owner',
  'GET /me/organisations/:organisationId/profile/plan': 'owner',
  'GET /me/organisations/:organisationId/profile/plan.docx': 'owner',
  'GET /me/organisations/:organisationId/profile/risk-map': 'owner',
  'GET /me/organisations/:organisationId/profile/sheet': 'owner',
  'GET /staff/organisations/:organisationId/profile': 'reviewer',
  'GET /api/drills/:id/notice': 'everybody',
  'GET /api/drills/:id/sign-ups': 'signed in',
  'GET /drills/:file': 'everybody',
  'GET /api/drills': 'everybody',
  'GET /drills.ics': 'everybody',
  'GET /drills/calendar': 'everybody',
  'GET /drills/feed.json': 'everybody',
  'GET /drills/feed.xml': 'everybody',
  'GET /drills/results': 'everybody',
  'GET /drills/results/:resultId': 'everybody',
  'GET /me/call-outs': 'signed in',
  'GET /staff/drills/call-out': 'reviewer',
  'GET /staff/drills/call-out/:callOutId': 'reviewer',
  'GET /staff/drills/numbers': 'reviewer',
  'GET /staff/drills/numbers/:table': 'reviewer',
  'GET /drills/:id': 'everybody',
  'GET /drills/:id/card': 'everybody',
  'GET /drills/:id/sheet': 'everybody',
  'GET /drills/:id/sign-up': 'everybody',
  'GET /me/drills': 'signed in',
  'GET /api/drills/:id/live': 'owner',
  'GET /api/drills/:id/run': 'owner',
  'GET /api/drills/:id': 'owner',
  'GET /api/organisations/:organisationId/drills': 'owner',
  'GET /me/drills/:drillId': 'owner',
  'GET /me/drills/new': 'owner',
  'GET /me/drills/:drillId/version': 'owner',
  'GET /me/drills/:drillId/announcement': 'owner',
  'GET /me/drills/:drillId/cancellation': 'owner',
  'GET /me/drills/:drillId/start': 'owner',
  'GET /me/drills/:drillId/end': 'owner',
  'GET /me/drills/:drillId/people': 'owner',
  'GET /me/drills/:drillId/people/role': 'owner',
  'GET /me/drills/:drillId/people/role-removal': 'owner',
  'GET /me/drills/:drillId/people/assignment': 'owner',
  'GET /me/drills/:drillId/people/release': 'owner',
  'GET /me/drills/:drillId/people/card': 'owner',
  'GET /me/drills/:drillId/people/card-withdrawal': 'owner',
  'GET /me/drills/:drillId/print/attendance': 'owner',
  'GET /me/drills/:drillId/print/cards': 'owner',
  'GET /me/drills/:drillId/print/evaluation': 'owner',
  'GET /me/drills/:drillId/print/injects': 'owner',
  'GET /me/drills/:drillId/print/plan': 'owner',
  'GET /me/drills/:drillId/script': 'owner',
  'GET /me/drills/:drillId/script/inject': 'owner',
  'GET /me/drills/:drillId/script/inject-removal': 'owner',
  'GET /me/drills/:drillId/script/scenario': 'owner',
  'GET /me/drills/:drillId/script/measures': 'owner',
  'GET /me/drills/:drillId/script/places': 'owner',
  'GET /me/drills/:drillId/script/materials': 'owner',
  'GET /me/drills/:drillId/script/safety': 'owner',
  'GET /me/drills/:drillId/script/confirmation': 'owner',
  'GET /drills/join/:code': 'signed in',
  'GET /me/drills/:drillId/log': 'owner',
  'GET /me/drills/:drillId/run': 'owner',
  'GET /me/drills/:drillId/run/manifest.json': 'owner',
  'GET /me/drills/:drillId/run/offline': 'owner',
  'GET /me/drills/:drillId/run/paper': 'owner',
  'GET /me/drills/:drillId/sign-up': 'owner',
  'GET /me/drills/:drillId/sign-up/departure': 'owner',
  'GET /me/drills/:drillId/sign-ups': 'owner',
  'GET /me/drills/:drillId/sign-ups/sheet': 'owner',
  'GET /me/drills/:drillId/archive': 'owner',
  'GET /me/drills/:drillId/evaluation': 'owner',
  'GET /me/drills/:drillId/findings/new': 'owner',
  'GET /me/drills/:drillId/findings/removal': 'owner',
  'GET /me/drills/:drillId/photos': 'owner',
  'GET /me/drills/:drillId/record': 'owner',
  'GET /me/drills/:drillId/report': 'owner',
  'GET /me/drills/:drillId/report.docx': 'owner',
  'GET /me/drills/:drillId/report/release': 'owner',
  'GET /me/drills/:drillId/report/words': 'owner',
  'GET /me/drills/:drillId/self-evaluation': 'owner',
  'GET /me/drills/:drillId/self-evaluation/withdrawal': 'owner',
  'GET /me/drills/:drillId/sheet': 'owner',
  'GET /me/applications': 'signed in',
  'GET /me/applications/new': 'signed in',
  'GET /me/applications/:id': 'owner',
  'GET /me/applications/:id/conditions': 'owner',
  'GET /me/applications/:id/evidence/:part/:entry': 'owner',
  'GET /me/applications/:id/evidence/:part/:entry/:act': 'owner',
  'GET /me/applications/:id/form': 'owner',
  'GET /me/applications/:id/points/:group': 'owner',
  'GET /me/applications/:id/receipt': 'owner',
  'GET /me/applications/:id/stamped': 'owner',
  'GET /me/applications/:id/submission': 'owner',
  'GET /me/applications/:id/withdrawal': 'owner',
  'GET /staff/applications/:id/stamped': 'reviewer',
  'GET /staff/applications': 'reviewer',
  'GET /staff/applications/:id': 'reviewer',
  'GET /staff/applications/:id/:act': 'reviewer',
  'GET /staff/applications/:id/marks': 'reviewer',
  'GET /staff/applications/batches/:batchId': 'reviewer',
  'GET /staff/applications/delegations': 'reviewer',
  'GET /staff/applications/files/:file': 'reviewer',
  'GET /staff/applications/rounds': 'reviewer',
  'GET /staff/applications/successions': 'administrator',
  'GET /staff/applications/summary': 'reviewer',
  'GET /api/applications/:id/visit': 'reviewer',
  'GET /api/draws/:id': 'everybody',
  'GET /api/track/:code': 'everybody',
  'GET /communities/draws': 'everybody',
  'GET /communities/draws/:id': 'everybody',
  'GET /communities/draws/:id/list.txt': 'everybody',
  'GET /communities/notices': 'everybody',
  'GET /communities/notices.atom': 'everybody',
  'GET /communities/notices/:id': 'everybody',
  'GET /staff/applications/:id/naming': 'reviewer',
  'GET /staff/applications/:id/notice': 'reviewer',
  'GET /staff/applications/:id/recheck': 'reviewer',
  'GET /staff/applications/:id/visit': 'reviewer',
  'GET /staff/applications/:id/visit/conclusion': 'reviewer',
  'GET /staff/applications/:id/visit/offline': 'reviewer',
  'GET /staff/applications/:id/visit/paper': 'reviewer',
  'GET /staff/applications/:id/visit/photos': 'reviewer',
  'GET /staff/draws': 'reviewer',
  'GET /staff/draws/:drawId': 'reviewer',
  'GET /track': 'everybody',
  'GET /track/:code': 'everybody',
  'GET /me/drills/:drillId/sheet/hand-in': 'owner',
  'GET /me/drills/:drillId/sheet/reopening': 'owner',
  'GET /me/improvements': 'signed in',
  'GET /me/improvements/new': 'signed in',
  'GET /me/improvements/:itemId': 'owner',
  'GET /me/improvements/:itemId/:step': 'owner',
  'GET /staff/drills/grades': 'drill graders',
  'GET /staff/drills/improvements': 'reviewer',
  'GET /staff/drills/improvements/:itemId': 'reviewer',
  'GET /staff/drills/improvements/:itemId/:step': 'reviewer',
  'GET /drills/plans/:code': 'everybody',
  'GET /drills/templates': 'everybody',
  'GET /drills/templates/:slug': 'everybody',
  'GET /me/organisations/:organisationId/drills': 'owner',
  'GET /me/organisations/:organisationId/drills/plan/:year': 'owner',
  'GET /me/organisations/:organisationId/drills/plan/:year/drop': 'owner',
  'GET /me/organisations/:organisationId/drills/plan/:year/item': 'owner',
  'GET /me/organisations/:organisationId/drills/record': 'owner',
  'GET /me/organisations/:organisationId/drills/records/:recordId': 'owner',
  'GET /me/organisations/:organisationId/drills/records/:recordId/correction': 'owner',
  'GET /me/organisations/:organisationId/traits': 'owner',
  'GET /staff/drills': 'reviewer',
  'GET /staff/drills/organisations/:organisationId': 'reviewer',
  'GET /staff/drills/pauses': 'administrator',
  'GET /staff/drills/regions/:code': 'drill organiser',
  'GET /staff/drills/regions/:code/plan/:year': 'drill organiser',
  'GET /staff/drills/regions/:code/plan/:year/drop': 'drill organiser',
  'GET /staff/drills/regions/:code/plan/:year/item': 'drill organiser',
  'GET /staff/drills/regions/:code/record': 'drill organiser',
  'GET /staff/drills/regions/:code/records/:recordId': 'drill organiser',
  'GET /staff/drills/regions/:code/records/:recordId/correction': 'drill organiser',
  'GET /staff/drills/rules': 'administrator',
  'GET /f/:link': 'everybody',
  'GET /files/:id': 'file readers',
  'GET /elder': 'everybody',
  'GET /elder/guides': 'everybody',
  'GET /elder/guides/:slug': 'everybody',
  'GET /elder/guides/:slug/more': 'everybody',
  'GET /elder/offline': 'everybody',
  'GET /elder/visits': 'everybody',
  'GET /elder/withdrawn/guides/:slug': 'everybody',
  'GET /guides': 'everybody',
  'GET /guides/:slug': 'everybody',
  'GET /guides/:slug/poster': 'everybody',
  'GET /guides/:slug/broadcast': 'everybody',
  'GET /campaigns': 'everybody',
  'GET /campaigns/:slug': 'everybody',
  'GET /guides/:slug/quiz': 'everybody',
  'GET /offline': 'everybody',
  'GET /halls': 'everybody',
  'GET /halls/:slug': 'everybody',
  'GET /halls/:slug/availability.ics': 'everybody',
  'GET /halls/kinds/:slug': 'everybody',
  'GET /courses': 'everybody',
  'GET /courses/:slug': 'everybody',
  'GET /embed/halls/:slug': 'everybody',
  'GET /halls/:slug/calendar': 'everybody',
  'GET /halls/:slug/fit': 'everybody',
  'GET /halls/:slug/groups': 'everybody',
  'GET /halls/:slug/groups/confirmation': 'everybody',
  'GET /halls/:slug/groups/days': 'everybody',
  'GET /halls/:slug/parties': 'everybody',
  'GET /halls/:slug/sessions/:sessionId': 'everybody',
  'GET /halls/:slug/sessions/:sessionId/confirmation': 'everybody',
  'GET /halls/:slug/sessions/:sessionId/waitlist': 'everybody',
  'GET /household': 'everybody',
  'GET /household/reminders.ics': 'everybody',
  'GET /inquiries': 'everybody',
  'GET /inquiries/:code': 'everybody',
  'GET /inquiries/track': 'everybody',
  'GET /live.json': 'everybody',
  'GET /me': 'signed in',
  'GET /me/bookings/:id': 'owner',
  'GET /me/bookings/:id/appeal': 'owner',
  'GET /me/bookings/:id/calendar.ics': 'owner',
  'GET /me/bookings/:id/cancellation': 'owner',
  'GET /me/bookings/:id/certificate': 'owner',
  'GET /me/bookings/:id/feedback': 'owner',
  'GET /me/bookings/:id/change': 'owner',
  'GET /me/groups/:id': 'owner',
  'GET /me/groups/:id/acceptance': 'owner',
  'GET /me/groups/:id/certificates': 'owner',
  'GET /me/groups/:id/letter': 'owner',
  'GET /me/groups/:id/calendar.ics': 'owner',
  'GET /me/groups/:id/classes/:bookingId': 'owner',
  'GET /me/groups/:id/classes/:bookingId/acceptance': 'owner',
  'GET /me/groups/:id/parents-letter': 'owner',
  'GET /me/groups/:id/preparation': 'owner',
  'GET /me/groups/:id/sheet': 'owner',
  'GET /me/groups/:id/withdrawal': 'owner',
  'GET /me/waits/:id': 'owner',
  'GET /me/waits/:id/departure': 'owner',
  'GET /me/data': 'signed in',
  'GET /me/data/contact-names/:id': 'owner',
  'GET /me/data/erased': 'everybody',
  'GET /me/data/erasure': 'signed in',
  'GET /me/data/export.json': 'signed in',
  'GET /me/notifications': 'signed in',
  'GET /me/notifications/devices': 'signed in',
  'GET /me/notifications/devices/removal': 'signed in',
  'GET /me/notifications/mail': 'signed in',
  'GET /me/notifications/mail/code': 'signed in',
  'GET /me/notifications/mail/removal': 'signed in',
  'GET /me/organisations': 'signed in',
  'GET /me/organisations/:organisationId': 'owner',
  'GET /me/organisations/:organisationId/departure': 'owner',
  'GET /me/organisations/:organisationId/handover': 'owner',
  'GET /me/organisations/:organisationId/proof': 'owner',
  'GET /me/volunteer': 'signed in',
  'GET /me/volunteer/certificate': 'signed in',
  'GET /me/volunteer/departure': 'signed in',
  'GET /me/volunteer/duties': 'signed in',
  'GET /me/volunteer/duties.ics': 'signed in',
  'GET /me/volunteer/duties/:dutyId/drop': 'owner',
  'GET /notices': 'everybody',
  'GET /notices.atom': 'everybody',
  'GET /notices/:id': 'everybody',
  'GET /me/phone': 'signed in',
  'GET /me/phone/claim': 'signed in',
  'GET /me/phone/code': 'signed in',
  'GET /packs/:slug': 'everybody',
  'GET /pause': 'everybody',
  'GET /phone-objection': 'everybody',
  'GET /phones': 'everybody',
  'GET /privacy': 'everybody',
  'GET /privacy/erasures': 'everybody',
  'GET /regions': 'everybody',
  'GET /regions/:code': 'everybody',
  'GET /sign-in': 'everybody',
  'GET /sign-in/code': 'everybody',
  'GET /search': 'everybody',
  'GET /sitemap': 'everybody',
  'GET /staff': 'staff',
  'GET /staff/banners': 'publisher',
  'GET /staff/banners/:id': 'publisher',
  'GET /staff/banners/new': 'editor',
  'GET /staff/halls/:slug': 'door',
  'GET /staff/halls/:slug/courses': 'hall tables',
  'GET /staff/halls/:slug/courses/:courseSessionId/withdrawal': 'hall tables',
  'GET /staff/halls/:slug/door': 'door',
  'GET /staff/halls/:slug/door/inside': 'door',
  'GET /staff/halls/:slug/door/manifest.json': 'door',
  'GET /staff/halls/:slug/door/offline': 'door',
  'GET /staff/halls/:slug/door/paper': 'door',
  'GET /staff/halls/:slug/notes': 'door',
  'GET /staff/halls/:slug/numbers': 'door',
  'GET /staff/halls/:slug/numbers/:file': 'door',
  'GET /staff/halls/:slug/roster': 'door',
  'GET /staff/halls/:slug/roster/:sessionId': 'door',
  'GET /staff/halls/:slug/roster/:sessionId/check-ins': 'door',
  'GET /staff/halls/:slug/roster/:sessionId/check-ins/:dutyId/undoing': 'door',
  'GET /staff/halls/:slug/roster/:sessionId/drops/:dutyId': 'hall tables',
  'GET /staff/halls/:slug/roster/:sessionId/needs/:needId/end': 'hall tables',
  'GET /staff/volunteers': 'volunteer keepers',
  'GET /staff/volunteers/:volunteerId': 'volunteer keepers',
  'GET /staff/volunteers/:volunteerId/trainings': 'volunteer keepers',
  'GET /staff/volunteers/:volunteerId/trainings/:trainingId/withdrawal': 'volunteer keepers',
  'GET /staff/volunteers/cells': 'reviewer',
  'GET /staff/halls/:slug/week': 'door',
  'GET /staff/organisations': 'reviewer',
  'GET /staff/organisations/:organisationId': 'reviewer',
  'GET /staff/exports/:list': 'reviewer',
  'GET /staff/halls/:slug/bookings': 'door',
  'GET /staff/halls/:slug/groups': 'door',
  'GET /staff/halls/:slug/groups/:id': 'door',
  'GET /staff/halls/:slug/desk': 'door',
  'GET /staff/halls/:slug/desk/:bookingId': 'door',
  'GET /staff/halls/:slug/desk/:bookingId/cancellation': 'door',
  'GET /staff/halls/:slug/desk/:bookingId/change': 'door',
  'GET /staff/halls/:slug/calls': 'door',
  'GET /staff/halls/:slug/desk/call': 'door',
  'GET /staff/halls/:slug/desk/wait': 'door',
  'GET /staff/halls/:slug/desk/waits/:entryId': 'door',
  'GET /staff/halls/:slug/feedback': 'hall tables',
  'GET /staff/halls/:slug/sessions/:sessionId/waitlist': 'door',
  'GET /staff/calendar': 'administrator',
  'GET /staff/calendar/:year': 'administrator',
  'GET /staff/halls/:slug/appeals': 'hall tables',
  'GET /staff/halls/:slug/calendar': 'hall tables',
  'GET /staff/halls/:slug/calendar/:day': 'hall tables',
  'GET /staff/halls/:slug/hours': 'hall tables',
  'GET /staff/halls/:slug/lateness': 'hall tables',
  'GET /staff/halls/:slug/rules': 'hall tables',
  'GET /staff/halls': 'administrator',
  'GET /staff/halls/:slug/opening': 'administrator',
  'GET /staff/halls/:slug/outages': 'hall tables',
  'GET /staff/halls/:slug/outages/:outageId/moves': 'hall tables',
  'GET /staff/halls/:slug/sessions/:sessionId/pardon': 'hall tables',
  'GET /staff/halls/:slug/stops': 'hall tables',
  'GET /staff/halls/:slug/stops/:stopId': 'hall tables',
  'GET /staff/halls/:slug/bookings/:bookingId': 'door',
  'GET /communities/named': 'everybody',
  'GET /communities/shelters': 'everybody',
  'GET /staff/namings': 'reviewer',
  'GET /staff/namings/:id/removal': 'reviewer',
  'GET /staff/imports': 'importers',
  'GET /staff/imports/:id': 'importer',
  'GET /staff/imports/:id/failures.csv': 'importer',
  'GET /staff/imports/templates/:file': 'hall tables',
  'GET /staff/inquiries': 'editor',
  'GET /staff/inquiries/:id': 'editor',
  'GET /staff/notices': 'publisher',
  'GET /staff/notices/:id': 'publisher',
  'GET /staff/notices/:id/revision': 'editor',
  'GET /staff/notices/:id/withdrawal': 'publisher',
  'GET /staff/notices/new': 'editor',
  'GET /me/sign-ins': 'signed in',
  'GET /staff/credentials': 'staff',
  'GET /staff/credentials/password': 'works here',
  'GET /staff/credentials/recovery-codes': 'staff',
  'GET /staff/credentials/removal': 'staff',
  'GET /staff/people/invitation': 'hall manager',
  'GET /staff/people/reset': 'administrator',
  'GET /staff/set-up': 'works here',
  'GET /staff/sign-in': 'everybody',
  'GET /staff/sign-in/recovery': 'signed in',
  'POST /api/passkey-challenges': 'everybody',
  'POST /me/sign-ins': 'signed in',
  'POST /staff/credentials': 'staff',
  'POST /staff/credentials/password': 'works here',
  'POST /staff/credentials/recovery-codes': 'staff',
  'POST /staff/credentials/removal': 'staff',
  'POST /staff/people/invitation': 'hall manager',
  'POST /staff/people/reset': 'administrator',
  'POST /staff/set-up': 'works here',
  'POST /staff/sign-in': 'signed in',
  'POST /staff/sign-in/recovery': 'signed in',
  'GET /staff/people': 'hall manager',
  'GET /staff/people/revocation': 'hall manager',
  'GET /staff/phones': 'administrator',
  'GET /staff/phones/:id': 'administrator',
  'GET /staff/audit': 'auditor',
  'GET /staff/messages': 'administrator',
  'GET /staff/messages/resend': 'administrator',
  'GET /staff/withdrawals': 'publisher',
  'GET /staff/withdrawals/:kind/:slug': 'publisher',
  'GET /tickets': 'everybody',
  'GET /tickets/:code': 'everybody',
  'GET /withdrawn/:kind/:slug': 'everybody',
  'POST /api/bookings': 'signed in',
  'POST /api/bookings/:id/arrival': 'door',
  'POST /api/bookings/:id/cancellation': 'owner',
  'POST /api/bookings/:id/certificate': 'owner',
  'POST /api/bookings/:id/changes': 'owner',
  'POST /api/bookings/:id/feedback': 'owner',
  'POST /api/files': 'signed in',
  'POST /api/files/:id/completion': 'owner',
  'POST /api/halls/:slug/arrivals': 'signed in',
  'POST /api/halls/:slug/door-events': 'door',
  'POST /api/group-requests': 'signed in',
  'POST /api/group-requests/:id/acceptance': 'owner',
  'POST /api/group-requests/:id/classes/:bookingId/changes': 'owner',
  'POST /api/group-requests/:id/decision': 'hall tables',
  'POST /api/group-requests/:id/withdrawal': 'owner',
  'POST /api/waitlist-entries': 'signed in',
  'POST /api/waitlist-entries/:id/departure': 'owner',
  'POST /api/inquiries': 'everybody',
  'POST /api/me/data/contact-names/:id': 'owner',
  'POST /api/me/data/erasure': 'signed in',
  'POST /api/organisations': 'signed in',
  'POST /api/organisations/:organisationId/decision': 'reviewer',
  'POST /api/organisations/:organisationId/departures': 'owner',
  'POST /api/drills/:id/sign-ups': 'signed in',
  'POST /api/drills/:id/sign-ups/changes': 'owner',
  'POST /drills/:drillId/sign-up': 'signed in',
  'POST /api/drills/:id/end': 'owner',
  'POST /api/drills/:id/entries': 'owner',
  'POST /api/drills/:id/start': 'owner',
  'POST /me/drills/new': 'owner',
  'POST /me/drills/:drillId/version': 'owner',
  'POST /me/drills/:drillId/announcement': 'owner',
  'POST /me/drills/:drillId/cancellation': 'owner',
  'POST /me/drills/:drillId/start': 'owner',
  'POST /me/drills/:drillId/end': 'owner',
  'POST /me/drills/:drillId/people/role': 'owner',
  'POST /me/drills/:drillId/people/role-removal': 'owner',
  'POST /me/drills/:drillId/people/assignment': 'owner',
  'POST /me/drills/:drillId/people/release': 'owner',
  'POST /me/drills/:drillId/people/card': 'owner',
  'POST /me/drills/:drillId/people/card-withdrawal': 'owner',
  'POST /me/drills/:drillId/script/inject': 'owner',
  'POST /me/drills/:drillId/script/inject-removal': 'owner',
  'POST /me/drills/:drillId/script/scenario': 'owner',
  'POST /me/drills/:drillId/script/measures': 'owner',
  'POST /me/drills/:drillId/script/places': 'owner',
  'POST /me/drills/:drillId/script/materials': 'owner',
  'POST /me/drills/:drillId/script/safety': 'owner',
  'POST /me/drills/:drillId/script/confirmation': 'owner',
  'POST /drills/join/:code': 'signed in',
  'POST /me/drills/:drillId/run': 'owner',
  'POST /me/drills/:drillId/sign-up': 'owner',
  'POST /me/drills/:drillId/sign-ups': 'owner',
  'POST /me/drills/:drillId/sign-ups/export': 'owner',
  'POST /me/drills/:drillId/archive.zip': 'owner',
  'POST /me/drills/:drillId/findings/new': 'owner',
  'POST /me/drills/:drillId/findings/removal': 'owner',
  'POST /me/drills/:drillId/photos': 'owner',
  'POST /me/drills/:drillId/record': 'owner',
  'POST /me/drills/:drillId/report/release': 'owner',
  'POST /me/drills/:drillId/report/words': 'owner',
  'POST /me/drills/:drillId/self-evaluation': 'owner',
  'POST /me/drills/:drillId/self-evaluation/withdrawal': 'owner',
  'POST /me/drills/:drillId/sheet': 'owner',
  'POST /api/applications/:id/entries': 'owner',
  'POST /me/applications/new': 'signed in',
  'POST /me/applications/:id/conditions': 'owner',
  'POST /me/applications/:id/evidence/:part/:entry': 'owner',
  'POST /me/applications/:id/evidence/:part/:entry/links': 'owner',
  'POST /me/applications/:id/evidence/:part/:entry/removals': 'owner',
  'POST /me/applications/:id/evidence/:part/:entry/reuses': 'owner',
  'POST /me/applications/:id/points/:group': 'owner',
  'POST /me/applications/:id/stamped': 'owner',
  'POST /me/applications/:id/submission': 'owner',
  'POST /me/applications/:id/withdrawal': 'owner',
  'POST /staff/applications/:id/stamped': 'reviewer',
  'POST /staff/applications/:id/approval': 'reviewer',
  'POST /staff/applications/:id/archive': 'reviewer',
  'POST /staff/applications/:id/assignment': 'reviewer',
  'POST /staff/applications/:id/marks': 'reviewer',
  'POST /staff/applications/:id/opinion': 'reviewer',
  'POST /staff/applications/:id/recusal': 'reviewer',
  'POST /staff/applications/:id/refusal': 'reviewer',
  'POST /staff/applications/:id/resumption': 'reviewer',
  'POST /staff/applications/:id/return': 'reviewer',
  'POST /staff/applications/:id/suspension': 'reviewer',
  'POST /staff/applications': 'reviewer',
  'POST /staff/applications/delegations': 'reviewer',
  'POST /staff/applications/delegations/:delegationId/end': 'reviewer',
  'POST /staff/applications/rounds': 'reviewer',
  'POST /staff/applications/successions': 'administrator',
  'POST /api/applications/:id/visit/entries': 'reviewer',
  'POST /staff/applications/:id/naming': 'reviewer',
  'POST /staff/applications/:id/notice': 'reviewer',
  'POST /staff/applications/:id/recheck': 'reviewer',
  'POST /staff/applications/:id/visit': 'reviewer',
  'POST /staff/applications/:id/visit/conclusion': 'reviewer',
  'POST /staff/applications/:id/visit/photos': 'reviewer',
  'POST /staff/draws': 'reviewer',
  'POST /staff/draws/:drawId': 'reviewer',
  'POST /track': 'everybody',
  'POST /me/drills/:drillId/sheet/hand-in': 'owner',
  'POST /me/drills/:drillId/sheet/reopening': 'owner',
  'POST /me/improvements/:itemId/completion': 'owner',
  'POST /staff/drills/improvements/:itemId/completion': 'reviewer',
  'POST /me/improvements/:itemId/verification': 'owner',
  'POST /staff/drills/improvements/:itemId/verification': 'reviewer',
  'POST /me/improvements/:itemId/rejection': 'owner',
  'POST /staff/drills/improvements/:itemId/rejection': 'reviewer',
  'POST /me/improvements/:itemId/postponement': 'owner',
  'POST /staff/drills/improvements/:itemId/postponement': 'reviewer',
  'POST /me/improvements/:itemId/drop': 'owner',
  'POST /staff/drills/improvements/:itemId/drop': 'reviewer',
  'POST /me/improvements/new': 'signed in',
  'POST /staff/drills/grades': 'drill graders',
  'POST /api/organisations/:organisationId/drill-records': 'owner',
  'POST /me/organisations/:organisationId/drills/plan/:year': 'owner',
  'POST /me/organisations/:organisationId/drills/plan/:year/drop': 'owner',
  'POST /me/organisations/:organisationId/drills/plan/:year/item': 'owner',
  'POST /me/organisations/:organisationId/drills/record': 'owner',
  'POST /me/organisations/:organisationId/drills/records/:recordId': 'owner',
  'POST /me/organisations/:organisationId/drills/records/:recordId/correction': 'owner',
  'POST /me/organisations/:organisationId/profile/sections/:section': 'owner',
  'POST /me/organisations/:organisationId/profile/risk-map': 'owner',
  'POST /me/organisations/:organisationId/traits': 'owner',
  'POST /staff/drills/organisations/:organisationId': 'reviewer',
  'POST /me/call-outs': 'signed in',
  'POST /staff/drills/call-out': 'reviewer',
  'POST /staff/drills/call-out/:callOutId': 'reviewer',
  'POST /staff/drills/pauses': 'administrator',
  'POST /staff/drills/regions/:code/plan/:year': 'drill organiser',
  'POST /staff/drills/regions/:code/plan/:year/drop': 'drill organiser',
  'POST /staff/drills/regions/:code/plan/:year/item': 'drill organiser',
  'POST /staff/drills/regions/:code/record': 'drill organiser',
  'POST /staff/drills/regions/:code/records/:recordId': 'drill organiser',
  'POST /staff/drills/regions/:code/records/:recordId/correction': 'drill organiser',
  'POST /staff/drills/rules': 'administrator',
  'POST /api/organisations/:organisationId/members': 'owner',
  'POST /api/sign-in-codes': 'everybody',
  'POST /api/sign-ins': 'everybody',
  'POST /api/sign-outs': 'everybody',
  'POST /halls/:slug/groups/confirmation': 'signed in',
  'POST /halls/:slug/sessions/:sessionId/confirmation': 'signed in',
  'POST /halls/:slug/sessions/:sessionId/waitlist': 'signed in',
  'POST /inquiries': 'everybody',
  'POST /me/bookings/:id/appeal': 'owner',
  'POST /me/bookings/:id/cancellation': 'owner',
  'POST /me/bookings/:id/certificate': 'owner',
  'POST /me/bookings/:id/feedback': 'owner',
  'POST /me/bookings/:id/change': 'owner',
  'POST /me/groups/:id/acceptance': 'owner',
  'POST /me/groups/:id/certificates': 'owner',
  'POST /me/groups/:id/letter': 'owner',
  'POST /me/groups/:id/classes/:bookingId': 'owner',
  'POST /me/groups/:id/classes/:bookingId/acceptance': 'owner',
  'POST /me/groups/:id/withdrawal': 'owner',
  'POST /me/waits/:id': 'owner',
  'POST /me/waits/:id/departure': 'owner',
  'POST /me/data/contact-names/:id': 'owner',
  'POST /me/data/erasure': 'signed in',
  'POST /me/notifications': 'signed in',
  'POST /me/notifications/devices': 'signed in',
  'POST /me/notifications/devices/removal': 'signed in',
  'POST /me/notifications/mail': 'signed in',
  'POST /me/notifications/mail/code': 'signed in',
  'POST /me/notifications/mail/removal': 'signed in',
  'POST /me/organisations': 'signed in',
  'POST /me/organisations/:organisationId': 'owner',
  'POST /me/organisations/:organisationId/departure': 'owner',
  'POST /me/organisations/:organisationId/handover': 'owner',
  'POST /me/organisations/:organisationId/proof': 'owner',
  'POST /me/phone': 'signed in',
  'POST /me/phone/claim': 'signed in',
  'POST /me/phone/code': 'signed in',
  'POST /me/volunteer': 'signed in',
  'POST /me/volunteer/certificate': 'signed in',
  'POST /me/volunteer/duties': 'signed in',
  'POST /me/volunteer/duties/:dutyId/drop': 'owner',
  'POST /phone-objection': 'everybody',
  'POST /sign-in': 'everybody',
  'POST /sign-in/code': 'everybody',
  'POST /sign-out': 'everybody',
  'POST /staff/banners/:id': 'publisher',
  'POST /staff/banners/new': 'editor',
  'POST /staff/halls/:slug': 'door',
  'POST /staff/halls/:slug/courses': 'hall tables',
  'POST /staff/halls/:slug/courses/:courseSessionId/withdrawal': 'hall tables',
  'POST /staff/halls/:slug/door': 'door',
  'POST /staff/halls/:slug/door/inside': 'door',
  'POST /staff/halls/:slug/notes': 'door',
  'POST /staff/organisations/:organisationId': 'reviewer',
  'POST /staff/exports/:list': 'reviewer',
  'POST /staff/halls/:slug/bookings/:bookingId': 'door',
  'POST /staff/halls/:slug/groups/:id': 'hall tables',
  'POST /staff/halls/:slug/desk': 'door',
  'POST /staff/halls/:slug/desk/:bookingId/cancellation': 'door',
  'POST /staff/halls/:slug/desk/:bookingId/change': 'door',
  'POST /staff/halls/:slug/calls': 'door',
  'POST /staff/halls/:slug/desk/call': 'door',
  'POST /staff/halls/:slug/desk/wait': 'door',
  'POST /staff/halls/:slug/desk/waits/:entryId': 'door',
  'POST /staff/halls/:slug/feedback': 'hall tables',
  'POST /staff/halls/:slug/sessions/:sessionId/waitlist': 'door',
  'POST /staff/halls/:slug/roster': 'door',
  'POST /staff/halls/:slug/roster/:sessionId': 'door',
  'POST /staff/halls/:slug/roster/:sessionId/check-ins': 'door',
  'POST /staff/halls/:slug/roster/:sessionId/check-ins/:dutyId/undoing': 'door',
  'POST /staff/volunteers/:volunteerId': 'volunteer keepers',
  'POST /staff/volunteers/:volunteerId/trainings': 'volunteer keepers',
  'POST /staff/volunteers/cells': 'reviewer',
  'POST /staff/calendar/:year': 'administrator',
  'POST /staff/halls/:slug/appeals': 'hall tables',
  'POST /staff/halls/:slug/calendar/:day': 'hall tables',
  'POST /staff/halls/:slug/hours': 'hall tables',
  'POST /staff/halls/:slug/lateness': 'hall tables',
  'POST /staff/halls/:slug/rules': 'hall tables',
  'POST /staff/halls/:slug/opening': 'administrator',
  'POST /staff/halls/:slug/outages': 'hall tables',
  'POST /staff/halls/:slug/outages/:outageId/moves': 'hall tables',
  'POST /staff/halls/:slug/sessions/:sessionId/pardon': 'hall tables',
  'POST /staff/halls/:slug/stops': 'hall tables',
  'POST /staff/halls/:slug/stops/:stopId': 'hall tables',
  'POST /staff/namings/:id/removal': 'reviewer',
  'POST /staff/imports': 'importers',
  'POST /staff/imports/:id': 'importer',
  'POST /staff/inquiries/:id': 'editor',
  'POST /staff/notices/:id': 'publisher',
  'POST /staff/notices/:id/revision': 'editor',
  'POST /staff/notices/:id/withdrawal': 'publisher',
  'POST /staff/notices/new': 'editor',
  'POST /staff/people': 'hall manager',
  'POST /staff/people/revocation': 'hall manager',
  'POST /staff/phones/:id': 'administrator',
  'POST /staff/messages/resend': 'administrator',
  'POST /tickets': 'everybody',
  'POST /tickets/:code': 'everybody',
  'PUT /api/files/:id/parts/:number': 'owner',
  // These are done by whoever may: nothing else is asked of what they end.
  'POST /staff/halls/:slug/roster/:sessionId/drops/:dutyId': 'hall tables',
  'POST /staff/halls/:slug/roster/:sessionId/needs/:needId/end': 'hall tables',
  'POST /staff/volunteers/:volunteerId/trainings/:trainingId/withdrawal': 'volunteer keepers',
  'POST /staff/withdrawals/:kind/:slug': 'publisher',
  'POST /me/volunteer/departure': 'signed in',
  'POST /me/drills/:drillId/sign-up/departure': 'owner',
  // After the form of the same act: it is the one that is carried out, and leaves nothing to leave.
  'POST /api/drills/:id/sign-ups/departure': 'owner',
  // The last: afterwards the owner is a member like any other.
  'POST /api/organisations/:organisationId/handover': 'owner',
};

const UNKNOWN = '01930000-0000-7000-8000-000000000000';
/** Where the shape is looked at before the person: a sound shape that leads to nothing. */
const BODIES: Record<string, object> = {
  'POST /api/waitlist-entries': {
    ...{ sessionId: UNKNOWN, adults: 1, children: 0, leastPlaces: 1, contactName: '示例王芳' },
  },
  'POST /api/group-requests': {
    ...{ hallSlug: ':slug', kind: 'school', groupName: '示例小学', leaderName: '示例', buses: 0 },
    lunch: false,
    classes: [{ sessionId: UNKNOWN, label: '一班', adults: 2, boys: 9, girls: 9, others: 0 }],
  },
  'POST /api/group-requests/:id/classes/:bookingId/changes': {
    ...{ adults: 2, boys: 9, girls: 9, others: 0 },
  },
  'POST /api/applications/:id/visit/entries': {
    sentAt: 0,
    entries: [
      { id: UNKNOWN, kind: 'check', item: 'condition:no-such', answer: 'yes', deviceAt: 0 },
    ],
  },
  'POST /api/applications/:id/entries': {
    ...{ part: 'point', entry: 'leadership-duty', version: 0, said: 'maybe' },
  },
  // Decided before: nobody's answer changes anything any more.
  'POST /api/group-requests/:id/decision': { decision: 'approved' },
  'POST /api/bookings': { sessionId: UNKNOWN, adults: 1, children: 0, contactName: '示例王芳' },
  'POST /api/bookings/:id/feedback': { score: 5, words: '' },
  'POST /api/bookings/:id/changes': { sessionId: UNKNOWN, adults: 1, children: 0 },
  'POST /api/files': { purpose: 'organisation_proof', name: 'a.pdf', size: 200 * 1024 * 1024 },
  'POST /api/halls/:slug/arrivals': { code: 'ABCDEFGHJK' },
  'POST /api/halls/:slug/door-events': {
    deviceId: UNKNOWN,
    sentAt: 0,
    events: [
      {
        ...{ id: UNKNOWN, sequence: 1, kind: 'in', sessionId: UNKNOWN, bookingId: null, people: 1 },
        ...{ settled: true, deviceAt: 0 },
      },
    ],
  },
  'POST /api/me/data/contact-names/:id': { contactName: '示例王芳' },
  'POST /api/me/data/erasure': { lastFour: '9999' },
  'POST /api/organisations': { kind: 'school', name: '示例四小', regionCode: '320904' },
  // The drill is weeks ahead: it cannot be started or ended, and nothing is logged.
  'POST /api/drills/:id/end': { kind: 'finished', reason: '' },
  'POST /api/drills/:id/entries': {
    sentAt: 0,
    entries: [{ id: UNKNOWN, kind: 'stop_heard', deviceAt: 0 }],
  },
  'POST /api/drills/:id/sign-ups': {
    ...{ roleId: UNKNOWN, name: '示例王芳', adults: 1, children: 0, unit: '', wait: false },
  },
  // Without the consent that it takes: nothing is changed.
  'POST /api/drills/:id/sign-ups/changes': { adults: 1, children: 0, needs: ['hearing'] },
  // Ahead of now: nobody can have held it.
  'POST /api/organisations/:organisationId/drill-records': {
    ...{ hazard: '地震', date: '2099-01-01', time: '09:30', expected: 9 },
  },
  'POST /api/organisations/:organisationId/decision': { decision: 'verified', reason: '' },
  'POST /api/organisations/:organisationId/departures': { memberId: ':member' },
  'POST /api/organisations/:organisationId/members': { phone: ':ownPhone' },
  'POST /api/organisations/:organisationId/handover': { memberId: ':colleague' },
};

let site: TestSite;
let values: Record<string, string>;
let audit: Record<string, string>;
/** A file of the owner's claim, and the address where the owner sees it. */
let file: { id: string; number: string; link: string };
let published: { noticeId: string; bannerId: string };
let inquiryCode: string;
let inquiryId: string;
let importId: string;
let namingId: string;
/** A planned drill and a record: of the owner's organisation, and of the region. */
let drills: { own: Record<string, string>; region: Record<string, string> };
let claimId: string;
let waitId: string;
/** A booking of the owner's for which nobody came. */
let missedId: string;
/** The owner's, agreed on by the hall's manager, and one of its classes. */
let community: Record<string, string>;
/** One that the owner's community writes, and one that it has handed in. */
let decidedThings: Record<'visit' | 'draw' | 'notice', Record<string, string>>;
let application: { draft: Record<string, string>; handedIn: Record<string, string> };
let group: { id: string; bookingId: string };
let certificateCode: string;
const cookies = new Map<Person, string>();

beforeAll(async () => {
  site = await startTestSite();
  const visitors = await site.signInMany(PEOPLE.length);
  PEOPLE.slice(1).forEach((one, index) => cookies.set(one, visitors[index]!.cookie));
  const ctx = site.context();
  const hall = { scopeKind: 'hall', scopeId: HALL } as const;
  const idOf = (one: Person) => visitors[PEOPLE.indexOf(one) - 1]!.person.id;
  await addRole(ctx, idOf('hallStaff'), { role: 'hall_staff', ...hall });
  await addRole(ctx, idOf('hallManager'), { role: 'hall_manager', ...hall });
  await addRole(ctx, idOf('reviewer'), {
    ...{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' },
  });
  await addRole(ctx, idOf('administrator'), {
    ...{ role: 'administrator', scopeKind: 'site', scopeId: '' },
  });
  await addRole(ctx, idOf('auditor'), { role: 'auditor', scopeKind: 'site', scopeId: '' });
  for (const held of [
    { role: 'hall_manager', ...hall },
    { role: 'reviewer', scopeKind: 'region', scopeId: '320904' },
    { role: 'editor', scopeKind: 'site', scopeId: '' },
    { role: 'administrator', scopeKind: 'site', scopeId: '' },
  ] as const) {
    await addRoleOnly(ctx, idOf('phoneOnly'), held);
  }
  const session = await site.openTestSession();
  const made = await postJson(`${site.url}/api/bookings`, bookingBody(session), {
    cookie: cookies.get('owner'),
  });
  await addRole(ctx, idOf('editor'), { role: 'editor', scopeKind: 'site', scopeId: '' });
  inquiryCode = (await createInquiry(ctx, { kind: 'error', text: '示例' }, crypto.randomUUID()))
    .code;
  inquiryId = (await findByCode(ctx, inquiryCode))?.inquiry.id ?? '';
  published = await publishSomething(site);
  const school = { kind: 'school', name: '示例小学', regionCode: '320904' };
  const { organisationId } = await claimOrganisation(
    ctx,
    { id: idOf('owner') },
    school,
    crypto.randomUUID(),
  );
  file = await attachProof(organisationId);
  community = await communityOf({ id: idOf('owner'), roles: [] }, { id: idOf('reviewer') });
  application = await applicationsOf({ id: idOf('owner'), roles: [] }, community);
  decidedThings = await decidedThingsOf({
    id: idOf('reviewer'),
    roles: [{ role: 'reviewer', scopeKind: 'region', scopeId: '320904' }],
  });
  const [colleague, owner] = [visitors.at(-1)!, visitors[PEOPLE.indexOf('owner') - 1]!];
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, { id: idOf('reviewer') }, verdict, crypto.randomUUID());
  const addition = { organisationId, phone: colleague.phone };
  await addMember(ctx, { id: owner.person.id }, addition, crypto.randomUUID());
  const claim = await findClaim(ctx, organisationId);
  const memberOf = ({ person }: { person: { id: string } }) =>
    claim?.members.find((one) => one.person.id === person.id)?.member.id ?? '';
  const lost = { phone: '13800138000', answer: '示例小学' };
  ({ claimId } = await claimNumber(ctx, visitors[0]!.person, lost, crypto.randomUUID()));
  const full = await site.openTestSession({ openPlaces: 0 });
  const party = { adults: 1, children: 0, leastPlaces: 1, contactName: '示例' };
  const wait = { sessionId: full.id, ...party };
  ({ entryId: waitId } = await joinWaitlist(ctx, owner.person, wait, crypto.randomUUID()));
  group = await agreeOnGroup(owner.person, { id: idOf('hallManager') });
  certificateCode = await certifyVisit(owner.person, { id: idOf('hallStaff') });
  const missed = await site.openTestSession({ startsInMinutes: 150 });
  const missing = await postJson(`${site.url}/api/bookings`, bookingBody(missed), {
    cookie: cookies.get('owner'),
  });
  missedId = String(missing.body['bookingId']);
  const expiry = { bookingId: missedId, expiredAt: missed.endsAt };
  await ctx.db.insert(expiries).values(expiry);
  const closed = await site.openTestSession({ startsInMinutes: 400 });
  const closedDay = calendarDate(closed.startsAt);
  const manager = { id: idOf('hallManager'), roles: await rolesOf(ctx, idOf('hallManager')) };
  const stop = { hallSlug: HALL, sessionId: closed.id, cause: 'other', reason: '示例原因' };
  const days = { fromDay: closedDay, untilDay: closedDay };
  const { stopId } = await stopSessions(ctx, manager, { ...stop, ...days }, crypto.randomUUID());
  const out = { hallSlug: HALL, what: 'hall:', reason: '示例原因', places: '9' };
  const onDay = { fromDay: addDays(closedDay, 30), untilDay: addDays(closedDay, 30) };
  const { outageId } = await reportOutage(ctx, manager, { ...out, ...onDay }, crypto.randomUUID());
  const called = { ...wait, phone: '051588880009' };
  const { entryId } = await waitForCaller(ctx, manager, HALL, called, crypto.randomUUID());
  const [entry] = await ctx.db.select().from(auditEntries).limit(1);
  await sealEntries(ctx);
  await publishRoot({ ...ctx, now: addMinutes(ctx.now, 2 * 24 * 60) });
  audit = { id: entry?.id ?? '', file: `${calendarDate(entry?.at ?? ctx.now)}.json` };
  values = {
    stopId,
    outageId,
    entryId,
    day: closedDay,
    year: '2027',
    organisationId,
    member: memberOf(owner),
    colleague: memberOf(colleague),
    ownPhone: owner.phone,
    id: String(made.body['bookingId']),
    code: 'ABCDEFGHJK',
    sessionId: session.id,
    slug: HALL,
    file: 'use.csv',
    courseSessionId: await offerCourse(idOf('hallManager')),
    bookingId: String(made.body['bookingId']),
  };
  values = { ...values, ...(await rosterOfOwner(owner.person, manager)) };
  await addRole(ctx, idOf('reviewer'), {
    ...{ role: 'drill_organiser', scopeKind: 'region', scopeId: '320904' },
  });
  const by = { id: idOf('reviewer'), roles: await rolesOf(ctx, idOf('reviewer')) };
  Object.assign(application.handedIn, await deskOf(by));
  drills = {
    own: await drill({ id: idOf('owner'), roles: [] }, { organisationId, regionCode: '' }),
    region: {
      ...(await drill(by, region())),
      slug: 'school-fire',
      ...(await drillOfOwner(owner.person, organisationId)),
      resultId: await resultOfOwner(owner.person, organisationId),
      ...{ table: 'held.csv', callOutId: await callOut(by) },
    },
  };
  const improvement = {
    itemId: await mending(
      ctx,
      { id: idOf('owner'), roles: [] },
      { organisationId, regionCode: '' },
      { dueDay: addDays(calendarDate(ctx.now), 9) },
    ),
    step: 'completion',
  };
  values = { ...values, ...improvement };
  const table = { what: 'organisations:320904', pasted: '类型,名称\n学校,示例小学' };
  ({ importId } = await createImport(ctx, by, table, crypto.randomUUID()));
  namingId = await listNaming(ctx, by);
});
afterAll(() => site?.stop());

/** A community of the owner’s that shows where its shelters are. @returns what fills the addresses of its profile. */
async function communityOf(
  owner: Holder,
  officer: Pick<Holder, 'id'>,
): Promise<Record<string, string>> {
  const ctx = site.context();
  const claim = { kind: 'committee', name: '示例社区居民委员会', regionCode: '320904' };
  const { organisationId } = await claimOrganisation(ctx, owner, claim, crypto.randomUUID());
  const verdict = { organisationId, decision: 'verified', reason: '' };
  await decideOrganisation(ctx, officer, verdict, crypto.randomUUID());
  await saved(ctx, owner, organisationId, 'shelters');
  await saved(ctx, owner, organisationId, 'publication');
  return { organisationId, section: 'plan', file: 'profile.csv', slug: 'community' };
}

/** What an office did: a planned visit of the file that was handed in, a frozen draw of it, a notice of another. */
async function decidedThingsOf(officer: Holder): Promise<typeof decidedThings> {
  const ctx = site.context();
  const { id: applicationId = '' } = application.handedIn;
  const today = calendarDate(ctx.now);
  const plan = { applicationId, plannedOn: today, party: '示例局2人' };
  await planVisit(ctx, officer, plan, listProgrammes, crypto.randomUUID());
  const [row] = await ctx.db.select().from(applications).where(eq(applications.id, applicationId));
  const { programme = '', version = '', state = '' } = row ?? {};
  const drawId = crypto.randomUUID();
  await ctx.db.batch([
    ctx.db.insert(samplingDraws).values({
      ...{ id: drawId, programme, version, step: state.replace('step:', ''), percent: 50 },
      ...{ regionCode: '320904', numberWords: '示例彩票某一期的号码', numberSource: '示例网站' },
      ...{ numberOn: addDays(today, 2), numberDigits: 6, namedBy: officer.id },
      namedAt: addMinutes(ctx.now, -60),
    }),
    ctx.db.insert(drawFiles).values({ drawId, code: 'AAAAAAAAA2', applicationId }),
    ctx.db.insert(drawFreezes).values({
      ...{ drawId, listSha256: listHash(['AAAAAAAAA2']), files: 1, size: 1 },
      ...{ frozenBy: officer.id, frozenAt: ctx.now },
    }),
  ]);
  const at = (now: Date) => ({ ...ctx, now });
  const before = at(new Date(ctx.now.getTime() - 60 * DAY_MS));
  let people = 0;
  const person = () =>
    signInByPhone(
      at(addMinutes(before.now, -24 * 60)),
      `1381111${String((people += 1)).padStart(4, '0')}`,
    );
  const world = { ctx: before, at, person } as unknown as World;
  const name = '示例公示社区居民委员会';
  const noticed = await walkedTo(world, await offices(world), 'notice', { name });
  return {
    visit: { id: applicationId },
    draw: { id: drawId, drawId },
    notice: { id: noticed.applicationId },
  };
}

async function applicationsOf(
  head: Holder,
  { organisationId = '' }: Record<string, string>,
): Promise<typeof application> {
  const ctx = site.context();
  const begin = (programme: string) => {
    const input = { organisationId, programme };
    return beginApplication(ctx, head, input, listProgrammes, crypto.randomUUID());
  };
  const entry = { part: 'point', entry: 'leadership-duty', group: 'organisation', act: 'links' };
  const { applicationId: id } = await begin('jiangsu-community');
  const other = await begin('yancheng-community');
  await submitted(ctx, { own: { head }, ...other });
  const handedIn = { id: other.applicationId, code: other.code, act: 'return', file: 'queue.csv' };
  return { draft: { id, ...entry }, handedIn };
}

/** What the reviewer's desk holds: an act on many files, and days for which somebody else works. */
async function deskOf(by: Holder): Promise<Record<string, string>> {
  const ctx = site.context();
  const [batchId, delegationId] = [crypto.randomUUID(), crypto.randomUUID()];
  const acted = { act: 'return', actedBy: by.id, actedAt: ctx.now, results: '[]' } as const;
  await ctx.db.insert(reviewBatches).values({ id: batchId, ...acted });
  const other = (await reviewerFor(ctx, '320904')).id;
  const day = calendarDate(ctx.now);
  await ctx.db.insert(reviewDelegations).values({
    ...{ id: delegationId, regionCode: '320904', fromId: by.id, toId: other },
    ...{ fromOn: day, untilOn: day, enteredBy: by.id, enteredAt: ctx.now },
  });
  return { batchId, delegationId };
}

/** Somebody else who reviews there. */
async function reviewerFor(ctx: ReturnType<TestSite['context']>, scopeId: string) {
  const [visitor] = await site.signInMany(1);
  await addRole(ctx, visitor!.person.id, { role: 'reviewer', scopeKind: 'region', scopeId });
  return visitor!.person;
}

/** The owner is a volunteer of the hall, has dropped one duty and holds another. */
async function rosterOfOwner(owner: PersonRow, manager: Holder): Promise<Record<string, string>> {
  const ctx = site.context();
  const key = () => crypto.randomUUID();
  const entry = { name: '示例', regionCode: '320904', hallSlug: HALL, adult: 'yes' };
  const able = { skills: ['guiding'], purposes: ['guiding'] };
  const { volunteerId } = await registerVolunteer(ctx, owner, { ...entry, ...able }, key());
  await decideVolunteer(ctx, manager, { volunteerId, decision: 'confirmed' }, key());
  const training = { volunteerId, skill: 'guiding', training: '示例培训', heldOn: '2026-01-02' };
  await recordTraining(ctx, manager, training, key());
  const session = await site.openTestSession({ startsInMinutes: 26 * 60 });
  const need = { hallSlug: HALL, sessions: session.id, guides: '1', skill: 'guiding' };
  await openNeeds(ctx, manager, need, key());
  const [row] = await ctx.db.select().from(guideNeeds).where(eq(guideNeeds.sessionId, session.id));
  const take = () => takeDuty(ctx, { id: owner.id, roles: [] }, { needId: row!.id }, key());
  const { dutyId: droppedId } = await take();
  await dropDuty(ctx, owner, { dutyId: droppedId }, key());
  const { dutyId } = await take();
  const [held] = await ctx.db.select().from(volunteerTrainings);
  const service = { activity: 'guiding', minutes: 60, servedOn: '2026-01-03' } as const;
  await ctx.db.insert(volunteerHours).values({ volunteerId, subjectId: dutyId, ...service });
  const { code: hoursCode } = await issueHoursCertificate(ctx, owner, key());
  const rosterSessionId = session.id;
  return {
    hoursCode,
    volunteerId,
    trainingId: held!.id,
    needId: row!.id,
    droppedId,
    dutyId,
    rosterSessionId,
  };
}

/** A visit that its owner has made today, and its certificate. */
async function certifyVisit(owner: PersonRow, staff: { id: string }): Promise<string> {
  const ctx = site.context();
  const session = await site.openTestSession({ startsInMinutes: 20 });
  const party = { sessionId: session.id, adults: 1, children: 0, contactName: '示例' };
  const earlier = { ...ctx, now: addMinutes(ctx.now, -60) };
  const { bookingId } = await createBooking(earlier, owner, party, crypto.randomUUID());
  await markArrival(ctx, staff, { bookingId }, crypto.randomUUID());
  return (await issueCertificate(ctx, owner, { bookingId }, crypto.randomUUID())).code;
}

async function agreeOnGroup(owner: PersonRow, manager: { id: string }): Promise<typeof group> {
  const ctx = site.context();
  const session = await site.openTestSession({ startsInMinutes: 10 * 24 * 60, groupPlaces: 40 });
  const one = { sessionId: session.id, label: '一班', adults: 2, boys: 9, girls: 9, others: 0 };
  const input = {
    ...{ hallSlug: HALL, kind: 'school', groupName: '示例小学', leaderName: '示例', buses: 0 },
    ...{ lunch: false, classes: [one] },
  };
  const { requestId } = await createGroupRequest(ctx, owner, input, crypto.randomUUID());
  const answer = { requestId, decision: 'approved' };
  await answerGroupRequest(ctx, manager, answer, crypto.randomUUID());
  const found = await findOwnGroup(ctx, owner.id, requestId);
  return { id: requestId, bookingId: found?.classes[0]?.booking.id ?? '' };
}

/** Sent with the form and looked through, by the site itself: its store is not within reach here. */
async function attachProof(organisationId: string): Promise<typeof file> {
  const headers = { cookie: cookies.get('owner') ?? '', 'sec-fetch-site': 'same-origin' };
  const body = new FormData();
  body.append('key', crypto.randomUUID());
  body.append('file', new File(['%PDF-1.7 示例'], '介绍信.pdf'));
  const address = `${site.url}/me/organisations/${organisationId}/proof`;
  const sent = await fetch(address, { method: 'POST', headers, body, redirect: 'manual' });
  expect(sent.status).toBe(303);
  await site.site.runScheduled();
  const [attached] = await listSubjectFiles(site.context(), 'organisation', organisationId);
  const shown = await fetch(`${site.url}/files/${attached!.id}`, { headers, redirect: 'manual' });
  const link = new URL(shown.headers.get('location') ?? '');
  return { id: attached!.id, number: '0', link: link.pathname.replace('/f/', '') };
}

/** Planned and published, so that nothing is accepted without a reason; and one that was held. */
async function drill(by: Holder, organiser: object): Promise<Record<string, string>> {
  const ctx = site.context();
  const year = calendarDate(ctx.now).slice(0, 4);
  const itemId = await planned(ctx, by, organiser, { year });
  await announced(ctx, by, organiser, year);
  const date = calendarDate(addMinutes(ctx.now, -2 * 24 * 60));
  return { year, itemId, recordId: await recorded(ctx, by, organiser, { date }), code: '320904' };
}

/** Held by the owner's organisation, with a report that was released. */
async function resultOfOwner(person: PersonRow, organisationId: string): Promise<string> {
  const ctx = site.context();
  const by = { id: person.id, roles: [] };
  const early = { ...ctx, now: addMinutes(ctx.now, -120) };
  const starts = addMinutes(ctx.now, -60);
  const when = { date: calendarDate(starts), time: formatTime(starts) };
  const organiser = { organisationId, regionCode: '' };
  const drillId = await announcedDrill(early, by, await opened(early, by, organiser, when));
  await startDrill({ ...ctx, now: starts }, by, { drillId }, crypto.randomUUID());
  await endDrill(ctx, by, { drillId, kind: 'finished', reason: '' }, crypto.randomUUID());
  await released(ctx, by, drillId);
  return drillId;
}

/** A list of the one volunteer who agreed to be called, made by the reviewer. */
async function callOut(by: Holder): Promise<string> {
  const ctx = site.context();
  const key = () => crypto.randomUUID();
  const [visitor] = await site.signInMany(1);
  const entry = { name: '示例', regionCode: '320904', adult: 'yes' };
  const able = { skills: ['first_aid'], purposes: ['call_out'] };
  const asked = { ...entry, ...able };
  const { volunteerId } = await registerVolunteer(ctx, visitor!.person, asked, key());
  await decideVolunteer(ctx, by, { volunteerId, decision: 'confirmed' }, key());
  const list = { regionCode: '320904', kind: 'drill', reason: '示例' };
  return (await makeCallOut(ctx, by, list, key())).callOutId;
}

/** Announced by the owner's organisation; the owner is in it with their family. */
async function drillOfOwner(person: PersonRow, organisationId: string) {
  const ctx = site.context();
  const by = { id: person.id, roles: [] };
  const date = addDays(calendarDate(ctx.now), 20);
  const organiser = { organisationId, regionCode: '' };
  const drillId = await announcedDrill(ctx, by, await opened(ctx, by, organiser, { date }));
  const families = await roleOf(ctx, drillId, '居民');
  const participantId = await signedUp(ctx, person, { drillId, families });
  const { cardId, code: cardCode } = await carded(ctx, by, drillId, '总导调');
  const roleId = await roleIdOf(ctx, drillId, '总导调');
  const prepared = { roleId, cardId, cardCode, participantId };
  return { id: drillId, drillId, file: `${drillId}.ics`, ...prepared };
}

/** A course that the hall's manager offers, for a later day. */
async function offerCourse(managerId: string): Promise<string> {
  const ctx = site.context();
  const by = { id: managerId, roles: await rolesOf(ctx, managerId) };
  const course = {
    ...{ hallSlug: HALL, courseSlug: 'high-rise', minutes: '60', places: '9', partyMax: '2' },
    ...{ date: addDays(calendarDate(ctx.now), 3), time: '07:07', heldAt: '示例教室' },
  };
  return (await openCourseSession(ctx, by, course, crypto.randomUUID())).sessionId;
}

/** A file of each folder of content, by the first part of its address. */
const SLUGS: Record<string, string> = {
  cards: 'lift-keeper',
  packs: 'parents',
  campaigns: 'disaster-reduction-day',
};

/** What a page of a drill is about stands in its address: a role, a card, an inject. */
function drillQuery(pattern: string): string {
  if (pattern === '/me/drills/new') return `?organisation=${values['organisationId']}`;
  const { roleId = '', cardId = '', participantId = '' } = drills.region;
  return `?${new URLSearchParams({ role: roleId, card: cardId, participant: participantId, inject: 'i1' })}`;
}

/** Files are shown on a host of their own. */
const hostOf = (pattern: string) =>
  pattern.startsWith('/f/') ? site.url.replace('127.0.0.1', 'localhost') : site.url;

async function ask(route: string, person: Person): Promise<{ status: number; to: string }> {
  const [method = '', pattern = ''] = route.split(' ');
  const isMending = pattern.includes('/improvements');
  const isProfile = /\/profile|^\/communities\/(:|plan-templates)/.test(pattern);
  const samples: Record<string, string> = isProfile
    ? community
    : pattern.includes('/drill') && !isMending
      ? { ...values, ...(pattern.includes('/organisations/') ? drills.own : drills.region) }
      : pattern.endsWith('/appeal')
        ? { id: missedId }
        : pattern.includes('/hours-certificates/')
          ? { code: values['hoursCode'] ?? '' }
          : pattern.startsWith('/me/volunteer/duties/')
            ? { dutyId: values['droppedId'] ?? '' }
            : pattern.includes('/roster/')
              ? { ...values, sessionId: values['rosterSessionId'] ?? '' }
              : /^(\/staff|\/elder)?\/(guides|withdrawn|withdrawals)/.test(pattern)
                ? { kind: 'guides', slug: 'cpr' }
                : /^\/(cards|packs|campaigns)\//.test(pattern)
                  ? { slug: SLUGS[pattern.split('/')[1] ?? ''] ?? '' }
                  : /^\/(courses|halls\/kinds)/.test(pattern)
                    ? { slug: pattern.startsWith('/courses') ? 'high-rise' : 'theme-park' }
                    : /\/(notices|banners)/.test(pattern)
                      ? {
                          id: pattern.includes('banners') ? published.bannerId : published.noticeId,
                        }
                      : pattern.includes('/certificates/')
                        ? { code: certificateCode }
                        : pattern.startsWith('/regions')
                          ? { code: '320900' }
                          : pattern.includes('/inquiries')
                            ? { code: inquiryCode, id: inquiryId }
                            : pattern.includes('/audit')
                              ? audit
                              : /\/(im|ex)ports\//.test(pattern)
                                ? { id: importId, list: 'organisations', file: 'bookings.csv' }
                                : /\/(files|f)(\/|$)/.test(pattern)
                                  ? file
                                  : pattern.startsWith('/staff/namings')
                                    ? { id: namingId }
                                    : pattern.startsWith('/staff/phones')
                                      ? { id: claimId }
                                      : /\/(groups|group-requests)\/:id/.test(pattern)
                                        ? { ...values, ...group }
                                        : /^\/(me\/waits|api\/waitlist-entries)/.test(pattern)
                                          ? { id: waitId }
                                          : values;
  const named = pattern.startsWith('/drills/join/')
    ? { ...samples, code: drills.region['cardCode'] ?? '' }
    : /^\/communities\/notices|\/draws|\/applications\/:id\/visit|^(\/api)?\/track/.test(pattern)
      ? {
          ...application.handedIn,
          ...decidedThings[
            pattern.includes('draws') ? 'draw' : pattern.includes('notices') ? 'notice' : 'visit'
          ],
        }
      : /^\/(api|me)\/applications\/(?!.*receipt)/.test(pattern)
        ? application.draft
        : /\/applications\//.test(pattern)
          ? { ...samples, ...application.handedIn }
          : samples;
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => named[name] ?? 'missing');
  const query =
    method === 'GET' && path.endsWith('/confirmation')
      ? '?adults=1&children=0'
      : pattern.startsWith('/me/drills')
        ? drillQuery(pattern)
        : `?member=${values['member']}&item=${samples['itemId'] ?? ''}&template=community`;
  const isApi = path.startsWith('/api/');
  const cookie = cookies.get(person);
  const response = await fetch(hostOf(pattern) + path + query, {
    method,
    redirect: 'manual',
    headers: {
      'sec-fetch-site': 'same-origin',
      ...(cookie ? { cookie } : {}),
      ...(isApi ? { 'idempotency-key': crypto.randomUUID() } : {}),
      ...(method === 'POST' ? { 'content-type': bodyType(isApi) } : {}),
      ...(method === 'PUT' ? { 'content-digest': `sha-256=:${'A'.repeat(43)}=:` } : {}),
    },
    // Nothing that a right command would accept: nothing may change here, whoever asks.
    ...(method === 'POST' ? { body: isApi ? apiBody(route) : 'key=none' } : {}),
  });
  await response.arrayBuffer();
  return { status: response.status, to: response.headers.get('location') ?? '' };
}

const apiBody = (route: string) =>
  JSON.stringify(BODIES[route] ?? {}).replace(/":(\w+)"/g, (_, name: string) =>
    JSON.stringify(values[name] ?? 'missing'),
  );
const bodyType = (isApi: boolean) =>
  isApi ? 'application/json' : 'application/x-www-form-urlencoded';

/** What an answer lets its asker know: in, to the sign-in first, or that there is no such thing. */
function outcome({ status, to }: { status: number; to: string }): 'in' | 'sign in' | 'not there' {
  if (status === 401 || /^(\/staff)?\/sign-in\?/.test(to)) return 'sign in';
  return status === 404 ? 'not there' : 'in';
}

test('every route and every page says whose it is', async () => {
  expect(await listRoutes()).toEqual(Object.keys(ROUTES).sort());
});

test('an address of one’s own that names a thing is its owner’s alone', () => {
  const own = Object.entries(ROUTES).filter(([route]) => / (\/api)?\/me\/.*:/.test(route));
  expect(own.length).toBeGreaterThan(15);
  expect(own.filter(([, who]) => who !== 'owner')).toEqual([]);
});

describe('a route', () => {
  /** Signing out ends what the others need; what it answers is tested where it belongs. */
  const asked = Object.entries(ROUTES).filter(([route]) => !/sign-outs?$/.test(route));

  test.for(asked)('%s is for: %s', async ([route, who]) => {
    const answers = await Promise.all(
      PEOPLE.map(async (person) => ({ person, answer: await ask(route, person) })),
    );
    for (const { person, answer } of answers) {
      const needsProof = person === 'phoneOnly' && NEEDS_PROOF.test(route);
      const expected =
        ALLOWED[who].includes(person) && !needsProof
          ? 'in'
          : person === 'nobody' || needsProof
            ? 'sign in'
            : 'not there';
      expect({ route, person, outcome: outcome(answer) }).toEqual({
        route,
        person,
        outcome: expected,
      });
      expect(answer.status).toBeLessThan(500);
    }
  });
});
