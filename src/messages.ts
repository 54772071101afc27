import { accountMessages } from './features/accounts/messages.ts';
import { auditMessages } from './features/audit/messages.ts';
import { bookingMessages } from './features/bookings/messages.ts';
import { credentialMessages } from './features/credentials/messages.ts';
import { fileMessages } from './features/files/messages.ts';
import { groupMessages } from './features/groups/messages.ts';
import { inquiryMessages } from './features/inquiries/messages.ts';
import { noShowMessages } from './features/no-shows/messages.ts';
import { notificationMessages } from './features/notifications/messages.ts';
import type { Templates } from './features/notifications/schema.ts';
import { organisationMessages } from './features/organisations/messages.ts';
import { phoneMessages } from './features/phones/messages.ts';
import { roleMessages } from './features/roles/messages.ts';
import { stopMessages } from './features/stops/messages.ts';
import { waitlistMessages } from './features/waitlist/messages.ts';

/** Every template of every feature, by the name its outbox rows carry. */
export const templates: Templates = {
  ...accountMessages,
  ...auditMessages,
  ...bookingMessages,
  ...credentialMessages,
  ...fileMessages,
  ...groupMessages,
  ...inquiryMessages,
  ...noShowMessages,
  ...notificationMessages,
  ...organisationMessages,
  ...phoneMessages,
  ...roleMessages,
  ...stopMessages,
  ...waitlistMessages,
};
