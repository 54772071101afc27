import { and, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bookings } from '../../src/features/bookings/table.ts';
import { accountErasures } from '../../src/features/privacy/table.ts';
import { bookingBody, postForm, postJson } from '../helpers/asking.ts';
import { expectBalanced, readLedger } from '../helpers/ledger.ts';
import { startTestSite, type TestSite, type Visitor } from '../helpers/worker-site.ts';

const PEOPLE = 20;

let site: TestSite;
let visitors: Visitor[];

beforeAll(async () => {
  site = await startTestSite();
  visitors = await site.signInMany(PEOPLE);
});
afterAll(() => site?.stop());

test('people who book, change and cancel while they erase leave no visit and no place behind', async () => {
  const held = await site.openTestSession();
  const other = await site.openTestSession();
  const made = await Promise.all(
    visitors.map((one) => postJson(`${site.url}/api/bookings`, bookingBody(held), one)),
  );
  await Promise.all(
    visitors.flatMap((visitor, index) => {
      const { cookie, phone } = visitor;
      const booking = `${site.url}/api/bookings/${String(made[index]!.body['bookingId'])}`;
      const form = { key: crypto.randomUUID(), lastFour: phone.slice(-4) };
      const erase = () => postForm(`${site.url}/me/data/erasure`, form, { cookie });
      return [
        postJson(`${site.url}/api/bookings`, bookingBody(other), visitor),
        erase(),
        index % 2 === 0
          ? postJson(`${booking}/cancellation`, {}, visitor)
          : postJson(`${booking}/changes`, { sessionId: held.id, adults: 2, children: 0 }, visitor),
        erase(),
      ];
    }),
  );
  const ctx = site.context();
  const erased = await ctx.db.select().from(accountErasures);
  expect(erased.length).toBeGreaterThan(0);
  const left = await ctx.db
    .select()
    .from(bookings)
    .where(
      and(
        eq(bookings.state, 'booked'),
        inArray(
          bookings.personId,
          erased.map(({ personId }) => personId),
        ),
      ),
    );
  expect(left).toEqual([]);
  expectBalanced(await readLedger(ctx, held));
  expectBalanced(await readLedger(ctx, other));

  // Whoever met a change of their own presses again.
  for (const { cookie, phone } of visitors) {
    const form = { key: crypto.randomUUID(), lastFour: phone.slice(-4) };
    await postForm(`${site.url}/me/data/erasure`, form, { cookie });
  }
  for (const session of [held, other]) {
    const ledger = await readLedger(ctx, session);
    expectBalanced(ledger);
    expect(ledger.booked).toBe(0);
  }
  expect(await ctx.db.select().from(accountErasures)).toHaveLength(PEOPLE);
});
