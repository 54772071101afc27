import type { CommandContext } from '../../lib/context.ts';
import { commitOnce, type Json } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput, parseKey } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import type { Sheet } from '../../lib/sheets.ts';
import { auditEntry } from '../audit/statements.ts';
import { can, type Holder } from '../roles/policy.ts';
import { disclosureRefusals, mayExport } from './policy.ts';
import { readExport } from './queries.ts';
import { bookingDisclosureInput, exportInput } from './schema.ts';
import { disclosures, type Disclosure, type ExportList } from './table.ts';

const notYours = () => new DomainError('not_found', 'disclosure_not_yours', '没有找到这一项。');

/**
 * Takes a list out with the filters of its page; who, what, why and how many is kept, what was in it is not.
 * @throws DomainError `invalid` (fields, no reason, longer than a file may be), `not_found` (not yours), `unavailable`.
 */
export async function exportList(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ sheet: Sheet; format: 'csv' | 'xlsx'; list: ExportList }> {
  const { list, hall, query, format, extent, reason } = parseInput(exportInput, input);
  if (!mayExport(by, { list, hall, extent })) throw notYours();
  parseKey(key);
  const full = extent === 'full';
  const { asked, sheet } = await readExport(ctx, by, { list, hall, query, full });
  const filters = {
    ...asked.values,
    order: asked.order,
    // What was searched for may be a name or a number.
    ...(asked.values['q'] ? { q: true } : {}),
  };
  await disclose(ctx, by, key, {
    subject: list,
    hallSlug: list === 'bookings' ? hall : '',
    bookingId: null,
    extent,
    reason: full ? reason : '',
    filters,
    howMany: sheet.rows.length,
  });
  return { sheet, format, list };
}

/**
 * Opens one booking's name and number to somebody of its hall, for a reason that is kept.
 * @throws DomainError `invalid` (no reason), `not_found` (not yours, another hall's), `unavailable`.
 */
export async function discloseBooking(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ disclosureId: string }> {
  const { bookingId, hall, reason } = parseInput(bookingDisclosureInput, input);
  if (!can(by, { action: 'hall.disclose', hall })) throw notYours();
  return disclose(ctx, by, key, {
    subject: 'booking',
    hallSlug: hall,
    bookingId,
    extent: 'full',
    reason,
    filters: {},
    howMany: 1,
  });
}

type Shown = Pick<
  Disclosure,
  'subject' | 'hallSlug' | 'bookingId' | 'extent' | 'reason' | 'howMany'
> & {
  filters: Record<string, Json>;
};

async function disclose(
  ctx: CommandContext,
  by: Holder,
  key: string,
  shown: Shown,
): Promise<{ disclosureId: string }> {
  const { db, now } = ctx;
  const id = newId(now);
  const { subject, hallSlug, bookingId, extent, reason, howMany, filters } = shown;
  const row = db
    .insert(disclosures)
    .values({ id, ...shown, filters: JSON.stringify(filters), madeBy: by.id, madeAt: now });
  const entry = await auditEntry(ctx, {
    actor: { kind: 'person', id: by.id },
    action: subject === 'booking' ? 'booking.disclose' : 'list.export',
    subjectKind: subject === 'booking' ? 'booking' : 'list',
    subjectId: bookingId ?? subject,
    details: { hall: hallSlug, extent, reason, howMany, filters },
  });
  const body = { subject, hallSlug, bookingId, extent, reason, filters };
  const request = { scope: by.id, key: parseKey(key), command: 'disclose', body };
  return commitOnce(db, request, now, {
    statements: [row, entry],
    answer: { disclosureId: id },
    refusals: disclosureRefusals,
  });
}
