import { like } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/features/certificates/commands.ts';
import { verifyCertificate } from '../../src/features/certificates/queries.ts';
import { decideFeedback, giveFeedback } from '../../src/features/feedback/commands.ts';
import {
  feedbackQueue,
  findOwnFeedback,
  listFeedback,
  readPublicFeedback,
} from '../../src/features/feedback/queries.ts';
import { feedbackDecisions, hallScores, visitFeedback } from '../../src/features/feedback/table.ts';
import { openMessageValues } from '../../src/features/notifications/queries.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { templates } from '../../src/messages.ts';
import { NOW, testHall } from '../helpers/session.ts';
import { afterwards, hallWorker, visitMade } from '../helpers/visits.ts';
import { createWorld, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const HALL = testHall.slug;
const WORDS = '讲解员很耐心。\n水池边有点滑。';

/** Somebody who was at the hall and is at home again. */
async function visitor(world: World, phone?: string) {
  const { person } = await world.person(phone);
  const visit = await visitMade(world, person);
  return { person, ...visit, ctx: afterwards(world, visit.session) };
}

/** The four reads of the staff's desk, as one feature's part of it. */
async function queueOf(world: World) {
  const question = feedbackQueue(world.ctx, [HALL]);
  const [first, ...rest] = question.queries;
  return question.read(await world.ctx.db.batch([first!, ...rest]));
}

describe('feedback on a visit', () => {
  it('is given once, and changed until somebody of the hall has looked at it', async () => {
    const world = await createWorld();
    const { person, bookingId, ctx } = await visitor(world);
    const manager = await hallWorker(world, 'hall_manager');
    await giveFeedback(ctx, person, { bookingId, score: '2', words: WORDS }, key());
    await giveFeedback(ctx, person, { bookingId, score: '4', words: '' }, key());
    expect(await world.ctx.db.select().from(hallScores)).toMatchObject([{ visits: 1, total: 4 }]);
    const found = await findOwnFeedback(ctx, person.id, bookingId);
    const editedAt = String(found?.feedback?.editedAt?.getTime());
    await decideFeedback(ctx, manager, HALL, { bookingId, decision: 'published', editedAt }, key());
    await expect(
      giveFeedback(ctx, person, { bookingId, score: '1', words: '' }, key()),
    ).rejects.toMatchObject({ reason: 'feedback_moderated' });
  });

  it('is for 30 days, and for those who came', async () => {
    const world = await createWorld();
    const { person, bookingId, session } = await visitor(world);
    const late = afterwards(world, session, 30 * 24 * 60);
    await expect(
      giveFeedback(late, person, { bookingId, score: '5', words: '' }, key()),
    ).rejects.toMatchObject({ reason: 'feedback_closed' });
    const another = await world.session({ startsAt: addMinutes(NOW, 600) });
    const notMade = await world.book(person, another);
    await expect(
      giveFeedback(world.ctx, person, { bookingId: notMade, score: '5', words: '' }, key()),
    ).rejects.toMatchObject({ reason: 'visit_not_made' });
    const { person: stranger } = await world.person();
    await expect(
      giveFeedback(world.ctx, stranger, { bookingId, score: '5', words: '' }, key()),
    ).rejects.toMatchObject({ reason: 'booking_unknown' });
  });

  it('is published word for word, with the reply, and hidden with a reason; its score stays', async () => {
    const world = await createWorld();
    const { person, bookingId, ctx } = await visitor(world);
    const manager = await hallWorker(world, 'hall_manager');
    await giveFeedback(ctx, person, { bookingId, score: '1', words: WORDS }, key());
    const decide = (values: object) =>
      decideFeedback(ctx, manager, HALL, { bookingId, ...values }, key());
    await decide({ decision: 'published', reply: '已经加了防滑垫。' });
    expect((await readPublicFeedback(ctx, HALL)).words).toMatchObject([
      { score: 1, words: WORDS, reply: '已经加了防滑垫。' },
    ]);
    await expect(decide({ decision: 'hidden', reason: '' })).rejects.toMatchObject({
      fields: [{ field: 'reason' }],
    });
    await expect(decide({ decision: 'published' })).rejects.toMatchObject({
      reason: 'feedback_already_decided',
    });
    await decide({ decision: 'hidden', reason: '写了别人的姓名' });
    const shown = await readPublicFeedback(ctx, HALL);
    expect(shown.words).toEqual([]);
    expect(shown.scores).toMatchObject([{ visits: 1, total: 1 }]);
    const own = await findOwnFeedback(ctx, person.id, bookingId);
    expect(own?.decision?.reason).toBe('写了别人的姓名');
    const kept = await world.ctx.db.select().from(feedbackDecisions);
    expect(kept.map(({ publicWords }) => publicWords)).toEqual(['', '']);
  });

  it('is not decided on words that have changed since, nor on one’s own visit, nor by the door', async () => {
    const world = await createWorld();
    const { person, bookingId, ctx } = await visitor(world);
    const manager = await hallWorker(world, 'hall_manager');
    await giveFeedback(ctx, person, { bookingId, score: '3', words: WORDS }, key());
    await giveFeedback(ctx, person, { bookingId, score: '3', words: '改过' }, key());
    const decision = { bookingId, decision: 'published' };
    await expect(decideFeedback(ctx, manager, HALL, decision, key())).rejects.toMatchObject({
      reason: 'feedback_has_changed',
    });
    const door = await hallWorker(world);
    await expect(decideFeedback(ctx, door, HALL, decision, key())).rejects.toMatchObject({
      code: 'not_found',
    });
    const own = await visitMade(world, manager.person, { startsAt: addMinutes(NOW, 400) });
    const later = afterwards(world, own.session);
    const mine = { bookingId: own.bookingId };
    await giveFeedback(later, manager.person, { ...mine, score: '5', words: '好' }, key());
    await expect(
      decideFeedback(later, manager, HALL, { ...mine, decision: 'published' }, key()),
    ).rejects.toMatchObject({ reason: 'feedback_unknown' });
  });

  it('tells its author of an answer and of a reason, and not that words stand as they were written', async () => {
    const decided = async (values: object) => {
      const world = await createWorld();
      const manager = await hallWorker(world, 'hall_manager');
      const { person, bookingId, ctx } = await visitor(world);
      await giveFeedback(ctx, person, { bookingId, score: '4', words: WORDS }, key());
      await decideFeedback(ctx, manager, HALL, { bookingId, ...values }, key());
      const rows = await ctx.db
        .select()
        .from(outboxMessages)
        .where(like(outboxMessages.template, 'feedback_%'));
      const told = await Promise.all(
        rows.map(async (row) => ({
          template: row.template,
          made: await templates[row.template]!.make(
            ctx,
            await openMessageValues(ctx, row),
            ctx.now,
          ),
        })),
      );
      return { person, told };
    };
    expect((await decided({ decision: 'published' })).told).toEqual([]);
    const answered = await decided({ decision: 'published', reply: '已经铺了防滑垫。' });
    const hidden = await decided({ decision: 'hidden', reason: '有别人的名字' });
    for (const [one, template] of [
      [answered, 'feedback_answered'],
      [hidden, 'feedback_hidden'],
    ] as const) {
      expect(one.told).toMatchObject([
        {
          template,
          made: { to: { person: { id: one.person.id } }, variables: { day: '11月25日周三' } },
        },
      ]);
    }
  });

  it('calls staff for words and for low scores, the lowest first', async () => {
    const world = await createWorld();
    const startsAt = (nth: number) => ({ startsAt: addMinutes(NOW, 240 + nth * 80) });
    const scores = [
      [5, ''],
      [4, '好'],
      [1, ''],
      [2, '不好'],
    ] as const;
    for (const [nth, [score, words]] of scores.entries()) {
      const { person } = await world.person();
      const { bookingId, session } = await visitMade(world, person, startsAt(nth));
      const ctx = afterwards(world, session);
      await giveFeedback(ctx, person, { bookingId, score: String(score), words }, key());
    }
    const waiting = await listFeedback(world.ctx, HALL, 'waiting');
    expect(waiting.map(({ feedback }) => feedback.score)).toEqual([1, 2, 4]);
    expect(await queueOf(world)).toMatchObject({
      count: 3,
      overdue: 2,
      summary: '3条待看，2条低分',
    });
  });

  it('is told, exported and erased with its author; the score stays without them', async () => {
    const world = await createWorld();
    const { person, bookingId, ctx } = await visitor(world, '13812345678');
    const manager = await hallWorker(world, 'hall_manager');
    await giveFeedback(ctx, person, { bookingId, score: '3', words: WORDS }, key());
    await decideFeedback(ctx, manager, HALL, { bookingId, decision: 'published' }, key());
    await issueCertificate(ctx, person, { bookingId }, key());
    const data = await readOwnData(ctx, person);
    expect(data.feedback).toMatchObject([{ score: 3, words: WORDS, state: 'published' }]);
    expect(data.certificates).toMatchObject([{ hall: HALL }]);
    await eraseAccount(ctx, person, { lastFour: '5678' }, key());
    const [left] = await world.ctx.db.select().from(visitFeedback);
    expect(left).toMatchObject({ publicWords: '', score: 3 });
    expect(left?.wordsCipher).toHaveLength(0);
    expect((await readPublicFeedback(ctx, HALL)).words).toEqual([]);
  });

  it('is read by index, however long the history', async () => {
    const world = await createWorld();
    const plan = async (statement: { toSQL: () => { sql: string; params: unknown[] } }) => {
      const { sql, params } = statement.toSQL();
      const args = params as string[];
      const { rows } = await world.ctx.db.$client.execute({
        sql: `EXPLAIN QUERY PLAN ${sql}`,
        args,
      });
      return rows.map((row) => row['detail'] as string).join('\n');
    };
    const [counted, next] = feedbackQueue(world.ctx, [HALL]).queries as unknown as [
      Parameters<typeof plan>[0],
      Parameters<typeof plan>[0],
    ];
    expect(await plan(counted)).toContain('visit_feedback_waiting');
    expect(await plan(next)).toContain('visit_feedback_waiting');
  });
});

describe('the certificate of a visit', () => {
  it('is made once and tells anybody hall and day, and nobody’s name', async () => {
    const world = await createWorld();
    const { person, bookingId, ctx, session } = await visitor(world);
    const { code } = await issueCertificate(ctx, person, { bookingId }, key());
    const told = await verifyCertificate(ctx, code);
    expect(told).toEqual({
      code,
      people: null,
      issuedAt: ctx.now,
      hallSlug: HALL,
      startsAt: session.startsAt,
      groupName: null,
      classLabel: null,
    });
    expect(await verifyCertificate(ctx, 'ABCDEFGHJK')).toBeUndefined();
    await expect(issueCertificate(ctx, person, { bookingId }, key())).rejects.toMatchObject({
      reason: 'certificate_issued',
    });
  });

  it('is none of a visit that nobody made, nor of somebody else’s', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    const bookingId = await world.book(person, await world.session());
    await expect(issueCertificate(world.ctx, person, { bookingId }, key())).rejects.toMatchObject({
      reason: 'visit_not_made',
    });
    const { person: stranger } = await world.person();
    await expect(issueCertificate(world.ctx, stranger, { bookingId }, key())).rejects.toMatchObject(
      { reason: 'booking_unknown' },
    );
  });
});
