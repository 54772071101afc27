import type { CommandContext } from '../../lib/context.ts';
import type { Query } from '../../lib/db/commit.ts';
import { DomainError } from '../../lib/errors.ts';
import { parseInput } from '../../lib/fields.ts';
import { newId } from '../../lib/ids.ts';
import { actOnce } from '../audit/statements.ts';
import { notYours } from '../drill-plans/policy.ts';
import { requireOwnOrganiser } from '../drill-plans/queries.ts';
import { clashCount, clashesAt } from '../drill-people/queries.ts';
import { TRAININGS, type DrillSheet, type DrillTemplate } from '../drill-templates/schema.ts';
import { queueMessages } from '../notifications/statements.ts';
import type { Holder } from '../roles/policy.ts';
import { drillRefusals, isMoved, isToBeTold, seedOf } from './policy.ts';
import { findDrill, listWhomToTell, requireOwnDrill, standingIn } from './queries.ts';
import {
  cancelInput,
  drillReference,
  endInput,
  openInput,
  readTimes,
  reviseInput,
} from './schema.ts';
import {
  drillAnnouncements,
  drillCancellations,
  drillEnds,
  drillRoles,
  drills,
  drillScripts,
  drillStarts,
  drillVersions,
} from './table.ts';

/** A template with the sheet of its form, by its slug; undefined where there is none. */
export type FindTemplate = (
  slug: string,
) => Promise<{ template: DrillTemplate; sheet: DrillSheet } | undefined>;

/**
 * Opens a drill from a template: its class, roles and script are copied, so that they stay what was drilled.
 * @throws DomainError `invalid` (fields, no such template, a time that is over, blind otherwise than planned), `not_found`
 * (not yours), `conflict` (the line of the plan is taken or settled, too many in preparation), `unavailable`.
 */
export async function openDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  findTemplate: FindTemplate,
  key: string,
): Promise<{ drillId: string }> {
  const own = await requireOwnOrganiser(ctx, by, input);
  const {
    organiser: _,
    template: slug,
    planItemId,
    blind,
    title,
    place,
    ...times
  } = parseInput(openInput, input);
  const found = await findTemplate(slug);
  if (!found) {
    throw new DomainError('invalid', 'template_unknown', '请选一个模板', {
      fields: [{ field: 'template', message: '请选一个模板' }],
    });
  }
  const seed = seedOf(found.template, found.sheet, { blind, trainings: TRAININGS });
  const { startsAt, endsAt } = readTimes(times);
  const { db, now } = ctx;
  const id = newId(now);
  const written = { writtenBy: by.id, writtenAt: now };
  const statements: Query[] = [
    db.insert(drills).values({
      ...{ id, ...own, planItemId: planItemId || null, templateSlug: slug, blind },
      ...{ openedBy: by.id, openedAt: now },
    }),
    db.insert(drillVersions).values({
      ...{ drillId: id, version: 1, title, ...seed.class, startsAt, endsAt, place },
      ...{ muster: '', notice: seed.notice, contact: '', reason: '', ...written },
    }),
    db
      .insert(drillScripts)
      .values({ drillId: id, version: 1, script: JSON.stringify(seed.script), ...written }),
    ...seed.roles.map((role) =>
      db.insert(drillRoles).values({ id: newId(now), drillId: id, ...role }),
    ),
  ];
  return actOnce(ctx, by.id, key, {
    command: 'openDrill',
    action: 'drill.open',
    subject: ['drill', id],
    answer: { drillId: id },
    body: {
      ...own,
      ...{ slug, planItemId, blind, title, place },
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
    },
    // Neither what nor when: the log is read by more people than a blind drill may be known to.
    details: {},
    statements,
    refusals: drillRefusals,
  });
}

/**
 * Announces a drill to the public: from here on it is listed, and people sign up.
 * @throws DomainError `not_found` (not yours), `invalid` (no notice, no contact, over), `conflict` (blind, settled),
 * `unavailable`.
 */
export async function announceDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireOwnDrill(ctx, by, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'announceDrill',
    action: 'drill.announce',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    body: { drillId: drill.id },
    statements: [
      db
        .insert(drillAnnouncements)
        .values({ drillId: drill.id, announcedBy: by.id, announcedAt: now }),
    ],
    refusals: {
      ...drillRefusals,
      blind_is_secret: { code: 'conflict', message: '双盲演练不公告。' },
      notice_missing: {
        code: 'invalid',
        field: 'notice',
        message: '请先写好告知的内容和联系方式',
      },
    },
  });
}

/** The messages that tell everybody who takes part, or waits to, of what has happened to a drill. */
async function tellAll(ctx: CommandContext, drillId: string, template: string, of: string) {
  const ids = await listWhomToTell(ctx, drillId);
  return queueMessages(
    ctx,
    ids.map((participantId) => ({
      template,
      idempotencyKey: `${template}:${participantId}:${of}`,
      values: { participantId },
    })),
  );
}

/**
 * Writes another version of what a drill is, when and where. Once it was announced with a reason; who takes part is told
 * where the time or the place has changed, but never before a blind drill. Another time that meets people of it at
 * something else is written for those alone who have seen how many they are.
 * @throws DomainError `not_found` (not yours), `invalid` (fields, no reason, over, `drill_clashes`), `conflict` (somebody
 * wrote meanwhile, begun or cancelled), `unavailable`.
 */
export async function reviseDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill, version: before } = await requireOwnDrill(ctx, by, input);
  const {
    drillId,
    version: seen,
    date,
    time,
    minutes,
    clashes: known,
    ...written
  } = parseInput(reviseInput, input);
  const { startsAt, endsAt } = readTimes({ date, time, minutes });
  if (isMoved(before, { startsAt, endsAt })) {
    const count = clashCount(await clashesAt(ctx, drillId, { startsAt, endsAt }));
    if (count > 0 && count !== known) {
      const message = `这个时间有${count}人另有安排，请看名单再定`;
      throw new DomainError('invalid', 'drill_clashes', message, {
        fields: [{ field: 'clashes', message }],
      });
    }
  }
  const { db, now } = ctx;
  const version = seen + 1;
  const row = { drillId, version, ...written, startsAt, endsAt, writtenBy: by.id, writtenAt: now };
  const isTold = isToBeTold(drill, before, row);
  return actOnce(ctx, by.id, key, {
    command: 'reviseDrill',
    action: 'drill.revise',
    subject: ['drill', drillId],
    answer: { drillId },
    body: {
      ...{ drillId, version, ...written },
      ...{ startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
    },
    details: { version },
    statements: [
      db.insert(drillVersions).values(row),
      ...(isTold ? await tellAll(ctx, drillId, 'drill_revised', String(version)) : []),
    ],
    refusals: drillRefusals,
  });
}

/**
 * Cancels a drill: the line of the plan is free again, and whoever takes part is told, but never of a blind one.
 * @throws DomainError `not_found` (not yours), `invalid` (no reason), `conflict` (begun, over, cancelled), `unavailable`.
 */
export async function cancelDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireOwnDrill(ctx, by, input);
  const { drillId, reason } = parseInput(cancelInput, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'cancelDrill',
    action: 'drill.cancel',
    subject: ['drill', drillId],
    answer: { drillId },
    body: { drillId, reason },
    statements: [
      db
        .insert(drillCancellations)
        .values({ drillId, reason, cancelledBy: by.id, cancelledAt: now }),
      ...(drill.blind ? [] : await tellAll(ctx, drillId, 'drill_cancelled', 'once')),
    ],
    refusals: drillRefusals,
  });
}

/** Whoever organises it or has a part of control; for others it is not there. */
async function requireControl(ctx: CommandContext, by: Holder, input: unknown) {
  const { data } = drillReference.safeParse(input);
  const file = data && (await findDrill(ctx, data.drillId));
  const standing = file && (await standingIn(ctx, by, file));
  const controls =
    standing?.isOrganiser ||
    (standing?.participant?.state === 'joined' && standing.role?.part === 'controller');
  if (!file || !controls) throw new DomainError('not_found', 'drill_not_yours', notYours.message);
  return file;
}

/**
 * Starts a drill: minute 0 of its injects.
 * @throws DomainError `not_found` (no part of control in it), `conflict` (not now, begun, cancelled), `unavailable`.
 */
export async function startDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireControl(ctx, by, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'startDrill',
    action: 'drill.start',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    body: { drillId: drill.id },
    statements: [
      db.insert(drillStarts).values({ drillId: drill.id, startedBy: by.id, startedAt: now }),
    ],
    refusals: drillRefusals,
  });
}

/**
 * Ends a drill: as planned, early, or because something real has happened. Every phone in it is told at its next asking;
 * after a drill that was none but a drill, whoever took part is asked once for what they think.
 * @throws DomainError `not_found` (no part of control in it), `invalid` (fields), `conflict` (not running), `unavailable`.
 */
export async function endDrill(
  ctx: CommandContext,
  by: Holder,
  input: unknown,
  key: string,
): Promise<{ drillId: string }> {
  const { drill } = await requireControl(ctx, by, input);
  const { kind, reason } = parseInput(endInput, input);
  const { db, now } = ctx;
  return actOnce(ctx, by.id, key, {
    command: 'endDrill',
    action: 'drill.end',
    subject: ['drill', drill.id],
    answer: { drillId: drill.id },
    body: { drillId: drill.id, kind, reason },
    details: { kind },
    statements: [
      db
        .insert(drillEnds)
        .values({ drillId: drill.id, kind, reason, endedBy: by.id, endedAt: now }),
      ...(kind === 'real_event' ? [] : await tellAll(ctx, drill.id, 'drill_tell_us', 'once')),
    ],
    refusals: drillRefusals,
  });
}
