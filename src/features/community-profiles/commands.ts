import { and, exists, isNotNull, lt, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically, type Json } from '../../lib/db/commit.ts';
import { DomainError, domainErrorIn } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { toHex } from '../../lib/ids.ts';
import { sha256 } from '../../lib/keyring.ts';
import { calendarDate, DAY_MS } from '../../lib/time.ts';
import { actOnce } from '../audit/statements.ts';
import { SECTIONS, type SectionContent } from '../community-sections/schema.ts';
import { contentDigest } from '../files/queries.ts';
import { fileLink } from '../files/statements.ts';
import { queueMessage } from '../notifications/statements.ts';
import { organisations } from '../organisations/table.ts';
import { can, type Holder } from '../roles/policy.ts';
import { OFFICERS_KEPT_DAYS, profileRefusals, riskMapRefusals, writableYears } from './policy.ts';
import { findCommunity, listUntoldDues, sealedField, type Due } from './queries.ts';
import { communityReference, riskMapInput, sectionInput, sectionReference } from './schema.ts';
import { communityDueReminders, communityProfileVersions } from './table.ts';

/** Whose community it is; it is not there for others. */
async function requireOwnCommunity(ctx: CommandContext, by: Holder, input: unknown): Promise<void> {
  const { data } = communityReference.safeParse(input);
  const found = data && (await findCommunity(ctx, data.organisationId));
  const isTheirs =
    found && can(by, { action: 'community_profile.edit', memberIds: found.memberIds });
  if (!isTheirs) throw new DomainError('not_found', 'community_not_yours', '没有找到这个社区。');
}

/** A section in what is stored as it is, and what is sealed. */
function parted(content: SectionContent, sealedNames: ReadonlySet<string>) {
  const named = Object.entries(content.fields);
  return {
    plain: {
      ...content,
      fields: Object.fromEntries(named.filter(([name]) => !sealedNames.has(name))),
    },
    sealed: Object.fromEntries(
      named.filter(
        ([name, cell]) => sealedNames.has(name) && typeof cell === 'string' && cell !== '',
      ),
    ) as Record<string, string>,
  };
}

/**
 * Saves one section of a community's profile as its next version; the others are left alone.
 * @throws DomainError `invalid` (fields, a year that is not written any more), `not_found` (not yours), `conflict`
 * (`profile_overtaken`: somebody has saved the section since it was read), `unavailable`.
 */
export async function saveSection(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ organisationId: string; version: number }> {
  await requireOwnCommunity(ctx, by, input);
  const { organisationId, section, year, version: read } = parseInput(sectionReference, input);
  if (section === 'figures' && !writableYears(calendarDate(ctx.now)).includes(year)) {
    const message = '只能填今年和前四年的';
    throw new DomainError('invalid', 'invalid_input', message, {
      fields: [{ field: 'year', message }],
    });
  }
  const content = parseInput(sectionInput(section), input);
  const version = read + 1;
  const sealedNames = new Set(
    SECTIONS[section].fields.flatMap(({ name, sealed }) => (sealed ? [name] : [])),
  );
  const { plain, sealed } = parted(content, sealedNames);
  const isSealed = Object.keys(sealed).length > 0;
  // A salt of its own: the digest stays when the names go, and must not tell them to whoever guesses.
  const secret = isSealed
    ? JSON.stringify({ salt: toHex(crypto.getRandomValues(new Uint8Array(16))), fields: sealed })
    : '';
  const text = JSON.stringify(plain);
  const row = {
    ...{ organisationId, section, year, version, content: text },
    officersCipher: isSealed
      ? await ctx.keys.seal(sealedField({ organisationId, version }), secret)
      : null,
    keyVersion: isSealed ? ctx.keys.version : null,
    digest: await sha256(JSON.stringify([section, year, text, secret])),
    writtenBy: by.id,
    writtenAt: ctx.now,
  };
  return actOnce(ctx, by.id, key, {
    command: 'saveSection',
    action: 'community_profile.save',
    subject: ['organisation', organisationId],
    answer: { organisationId, version },
    body: { organisationId, section, year, version, content: content as unknown as Json },
    details: { section, year, version },
    statements: [ctx.db.insert(communityProfileVersions).values(row)],
    refusals: profileRefusals,
  });
}

/**
 * Puts a risk map to the profile that was drawn elsewhere: one's own file, complete.
 * @throws DomainError `invalid` (fields), `not_found` (not yours), `conflict` (twelve are there, the file is used or
 * infected), `unavailable`.
 */
export async function addRiskMap(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ organisationId: string }> {
  await requireOwnCommunity(ctx, by, input);
  const { organisationId, file: fileId } = parseInput(riskMapInput, input);
  const link = { fileId, subjectKind: 'community', subjectId: organisationId, linkedBy: by.id };
  return actOnce(ctx, by.id, key, {
    command: 'addRiskMap',
    action: 'community_profile.add_map',
    subject: ['organisation', organisationId],
    answer: { organisationId },
    // A form sent again brings its file again, under another id: the contents tell that it is the same request.
    body: { organisationId, content: await contentDigest(ctx, fileId) },
    details: { fileId },
    statements: [fileLink(ctx, link)],
    refusals: riskMapRefusals,
  });
}

/** One run's share; the next minute brings the rest. */
const REMINDERS_MAX = 50;

/**
 * Tells whoever is responsible, once for each day and kind, that supplies or the plan run out within a month.
 * @returns how many were told.
 */
export async function remindOfCommunityDues(ctx: CommandContext): Promise<number> {
  let told = 0;
  for (const due of await listUntoldDues(ctx, REMINDERS_MAX)) told += await reminded(ctx, due);
  return told;
}

/** 1 where it was written; 0 when another run was faster. */
async function reminded(ctx: CommandContext, due: Due): Promise<number> {
  const { organisationId, kind, dueOn } = due;
  try {
    await writeAtomically(
      ctx.db,
      [
        print(ctx.db.insert(communityDueReminders).values({ ...due, remindedAt: ctx.now })),
        await queueMessage(ctx, {
          template: 'community_due',
          idempotencyKey: `community-due:${organisationId}:${kind}:${dueOn}`,
          values: { organisationId, kind, dueOn },
        }),
      ],
      {
        'unique:community_due_reminders.organisation_id,community_due_reminders.kind,community_due_reminders.due_on':
          { ...{ code: 'conflict', reason: 'overtaken', message: '' } },
      },
    );
    return 1;
  } catch (error) {
    if (domainErrorIn(error)?.reason === 'overtaken') return 0;
    throw error;
  }
}

/**
 * Empties names and numbers of officers in versions that were replaced long ago, and of communities for which nobody acts
 * any more. What else the versions say stays, and so does their digest. @returns how many versions.
 */
export async function forgetOfficers({ db, now }: CommandContext): Promise<number> {
  const before = new Date(now.getTime() - OFFICERS_KEPT_DAYS * DAY_MS);
  const { organisationId, section, version, officersCipher } = communityProfileVersions;
  const next = alias(communityProfileVersions, 'next');
  const gone = await db
    .update(communityProfileVersions)
    .set({ officersCipher: null, keyVersion: null })
    .where(
      and(
        isNotNull(officersCipher),
        or(
          exists(
            db
              .select({ one: sql`1` })
              .from(next)
              .where(
                and(
                  sql`${next.organisationId} = ${organisationId}`,
                  sql`${next.section} = ${section}`,
                  sql`${next.version} = ${version} + 1`,
                  lt(next.writtenAt, before),
                ),
              ),
          ),
          exists(
            db
              .select({ one: sql`1` })
              .from(organisations)
              .where(
                and(
                  sql`${organisations.id} = ${organisationId}`,
                  isNotNull(organisations.unclaimedAt),
                ),
              ),
          ),
        ),
      ),
    );
  return gone.rowsAffected;
}
