import { forgetDevices, purgeSignInCodes } from '../../src/features/accounts/commands.ts';
import { sealEntries } from '../../src/features/audit/commands.ts';
import { expireBookings } from '../../src/features/bookings/commands.ts';
import {
  eraseContactNames,
  eraseDormantAccounts,
  eraseGroupWords,
  purgeSignIns,
} from '../../src/features/privacy/commands.ts';
import { nudgeOrganisers } from '../../src/features/drill-nudges/commands.ts';
import {
  forgetOfficers,
  remindOfCommunityDues,
} from '../../src/features/community-profiles/commands.ts';
import { remindOfDuties } from '../../src/features/duties/commands.ts';
import {
  forgetSignUps,
  tellHelperLosses,
  tellPromoted,
} from '../../src/features/drill-sign-ups/commands.ts';
import { forgetCallOuts } from '../../src/features/call-outs/commands.ts';
import { forgetCalls } from '../../src/features/calls/commands.ts';
import { forgetLogNotes } from '../../src/features/drill-runs/commands.ts';
import { forgetDoor } from '../../src/features/door/commands.ts';
import { expireFiles } from '../../src/features/files/commands.ts';
import { lapseGroups, remindOfGroups } from '../../src/features/group-holds/commands.ts';
import { remindOfImprovements } from '../../src/features/improvements/commands.ts';
import { forgetImports } from '../../src/features/imports/commands.ts';
import { purgeCredentialAttempts } from '../../src/features/credentials/commands.ts';
import { purgeChallenges } from '../../src/features/passkeys/commands.ts';
import { forgetInquiries } from '../../src/features/inquiries/commands.ts';
import { purgeTicketTries } from '../../src/features/tickets/commands.ts';
import { purgeMailAddresses, purgeMessages } from '../../src/features/notifications/commands.ts';
import { openSessions, releaseGroupPlaces } from '../../src/features/halls/commands.ts';
import { releaseLatePlaces } from '../../src/features/releases/commands.ts';
import { nudgeReviews } from '../../src/features/review-nudges/commands.ts';
import { followTime } from '../../src/features/reviews/commands.ts';
import { lapseReplacements } from '../../src/features/replacements/commands.ts';
import { releaseGuides } from '../../src/features/roster/commands.ts';
import { carryOutStops } from '../../src/features/stops/commands.ts';
import { serveWaitlists } from '../../src/features/waitlist/commands.ts';
import { purgeIdempotencyKeys } from '../../src/lib/db/commit.ts';
import { errorFields } from '../../src/lib/log.ts';
import { deliverMessages } from '../messages.ts';
import { deleteRemovedFiles, scanWaitingFiles } from '../files.ts';
import type { Scope } from '../scope.ts';
import { publishDueRoot, watchSeals } from './audit.ts';
import { watchCalendar } from './calendar.ts';
import { watchMessages } from './messages.ts';

/** Each job calls one command and can be run at any time, any number of times. */
const jobs: Readonly<Record<string, (scope: Scope) => Promise<number>>> = {
  'deliver-messages': deliverMessages,
  'open-sessions': async (scope) => openSessions(await scope.context()),
  'release-group-places': async (scope) => releaseGroupPlaces(await scope.context()),
  'remind-of-groups': async (scope) => remindOfGroups(await scope.context()),
  'lapse-groups': async (scope) => lapseGroups(await scope.context()),
  // Before what would tell of an evening or serve a queue: its visitors are sent away first.
  'carry-out-stops': async (scope) => carryOutStops(await scope.context()),
  'lapse-replacements': async (scope) => lapseReplacements(await scope.context()),
  'release-late-places': async (scope) => releaseLatePlaces(await scope.context()),
  'release-guides': async (scope) => releaseGuides(await scope.context()),
  'remind-of-duties': async (scope) => remindOfDuties(await scope.context()),
  'remind-of-community-dues': async (scope) => remindOfCommunityDues(await scope.context()),
  'follow-applications': async (scope) => followTime(await scope.context(), scope.listProgrammes),
  // After it: who is told goes by where files lie now.
  'nudge-reviews': async (scope) => nudgeReviews(await scope.context(), scope.listProgrammes),
  'tell-promoted': async (scope) => tellPromoted(await scope.context()),
  'tell-helper-losses': async (scope) => tellHelperLosses(await scope.context()),
  'remind-of-improvements': async (scope) => remindOfImprovements(await scope.context()),
  'nudge-organisers': async (scope) => nudgeOrganisers(await scope.context()),
  'serve-waitlists': async (scope) => serveWaitlists(await scope.context()),
  'expire-bookings': async (scope) => expireBookings(await scope.context()),
  'erase-dormant-accounts': async (scope) => eraseDormantAccounts(await scope.context()),
  'erase-contact-names': async (scope) => eraseContactNames(await scope.context()),
  'erase-group-words': async (scope) => eraseGroupWords(await scope.context()),
  'purge-sign-ins': async (scope) => purgeSignIns(await scope.context()),
  'purge-sign-in-codes': async (scope) => purgeSignInCodes(await scope.context()),
  'forget-devices': async (scope) => forgetDevices(await scope.context()),
  'purge-passkey-challenges': async (scope) => purgeChallenges(await scope.context()),
  'purge-credential-attempts': async (scope) => purgeCredentialAttempts(await scope.context()),
  'purge-ticket-tries': async (scope) => purgeTicketTries(await scope.context()),
  'forget-imports': async (scope) => forgetImports(await scope.context()),
  'forget-inquiries': async (scope) => forgetInquiries(await scope.context()),
  'forget-calls': async (scope) => forgetCalls(await scope.context()),
  'forget-call-outs': async (scope) => forgetCallOuts(await scope.context()),
  'forget-community-officers': async (scope) => forgetOfficers(await scope.context()),
  'forget-door': async (scope) => forgetDoor(await scope.context()),
  'forget-drill-notes': async (scope) => forgetLogNotes(await scope.context()),
  'forget-drill-sign-ups': async (scope) => forgetSignUps(await scope.context()),
  'scan-files': scanWaitingFiles,
  'expire-files': async (scope) => expireFiles(await scope.context()),
  'delete-removed-files': deleteRemovedFiles,
  'purge-messages': async (scope) => purgeMessages(await scope.context()),
  'purge-mail-addresses': async (scope) => purgeMailAddresses(await scope.context()),
  'purge-idempotency-keys': async (scope) => purgeIdempotencyKeys(await scope.context()),
  // After the others, so that what they wrote is sealed in the same run; then the day's root, then the alarm.
  'seal-entries': async (scope) => sealEntries(await scope.context()),
  'publish-root': publishDueRoot,
  'watch-seals': watchSeals,
  'watch-messages': watchMessages,
  'watch-calendar': watchCalendar,
};

/** Runs every job once. One that fails is logged and does not keep the others from their turn. */
export async function runJobs(scope: Scope): Promise<void> {
  for (const [job, run] of Object.entries(jobs)) {
    try {
      const done = await run(scope);
      if (done > 0) scope.log('info', 'job_done', { job, done });
    } catch (error) {
      scope.log('error', 'job_failed', { job, ...errorFields(error) });
    }
  }
}
