import { accountMessages } from './features/accounts/messages.ts';
import { auditMessages } from './features/audit/messages.ts';
import { bookingMessages } from './features/bookings/messages.ts';
import { callOutMessages } from './features/call-outs/messages.ts';
import { communityProfileMessages } from './features/community-profiles/messages.ts';
import { credentialMessages } from './features/credentials/messages.ts';
import { feedbackMessages } from './features/feedback/messages.ts';
import { drillNudgeMessages } from './features/drill-nudges/messages.ts';
import { drillEvaluationMessages } from './features/drill-evaluations/messages.ts';
import { drillMessages } from './features/drills/messages.ts';
import { drillSignUpMessages } from './features/drill-sign-ups/messages.ts';
import { dutyMessages } from './features/duties/messages.ts';
import { fileMessages } from './features/files/messages.ts';
import { groupHoldMessages } from './features/group-holds/messages.ts';
import { groupMessages } from './features/groups/messages.ts';
import { improvementMessages } from './features/improvements/messages.ts';
import { inquiryMessages } from './features/inquiries/messages.ts';
import { noShowMessages } from './features/no-shows/messages.ts';
import { moveMessages } from './features/moves/messages.ts';
import { notificationMessages } from './features/notifications/messages.ts';
import type { Templates } from './features/notifications/schema.ts';
import { organisationMessages } from './features/organisations/messages.ts';
import { phoneMessages } from './features/phones/messages.ts';
import { replacementMessages } from './features/replacements/messages.ts';
import { roleMessages } from './features/roles/messages.ts';
import { reviewNudgeMessages } from './features/review-nudges/messages.ts';
import { reviewMessages } from './features/reviews/messages.ts';
import { rosterMessages } from './features/roster/messages.ts';
import { stopMessages } from './features/stops/messages.ts';
import { volunteerMessages } from './features/volunteers/messages.ts';
import { waitlistMessages } from './features/waitlist/messages.ts';

/** Every template of every feature, by the name its outbox rows carry. */
export const templates: Templates = {
  ...accountMessages,
  ...auditMessages,
  ...bookingMessages,
  ...callOutMessages,
  ...communityProfileMessages,
  ...credentialMessages,
  ...feedbackMessages,
  ...drillEvaluationMessages,
  ...drillMessages,
  ...drillNudgeMessages,
  ...drillSignUpMessages,
  ...dutyMessages,
  ...fileMessages,
  ...groupHoldMessages,
  ...groupMessages,
  ...improvementMessages,
  ...inquiryMessages,
  ...noShowMessages,
  ...moveMessages,
  ...notificationMessages,
  ...organisationMessages,
  ...phoneMessages,
  ...replacementMessages,
  ...reviewMessages,
  ...reviewNudgeMessages,
  ...roleMessages,
  ...rosterMessages,
  ...stopMessages,
  ...volunteerMessages,
  ...waitlistMessages,
};
