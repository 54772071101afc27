import { createBooking } from '../../src/features/bookings/commands.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { addMinutes, calendarDate, instantOf } from '../../src/lib/time.ts';
import { newId } from '../../src/lib/ids.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { expect, signIn, signInAsStaff, test } from './fixtures.ts';

test('hall staff mark an arrival once, and the family’s ticket shows it', async ({
  page,
  phone,
  ctx,
}) => {
  const bookingId = await bookSessionUnderWay();
  await signInAsStaff(page, ctx, `136${phone.slice(3)}`);
  await page.getByRole('link', { name: /盐城/ }).click();
  const row = page.locator(`#booking-${bookingId}`);
  await expect(row).toContainText('示**');
  await expect(row).not.toContainText('示例王芳');
  await row.getByRole('button', { name: /到馆/ }).click();
  await expect(row).toContainText(/已到馆（\d\d:\d\d）/);
  await expect(row.getByRole('button')).toHaveCount(0);

  async function bookSessionUnderWay(): Promise<string> {
    const { person } = await signInByPhone(ctx, phone);
    const today = instantOf(calendarDate(ctx.now));
    const startsAt = new Date(Math.max(today.getTime(), addMinutes(ctx.now, -5).getTime()));
    const session = {
      id: newId(ctx.now),
      hallSlug: 'yancheng',
      startsAt,
      endsAt: addMinutes(startsAt, 75),
      bookingOpensAt: addMinutes(startsAt, -60),
      bookingClosesAt: addMinutes(ctx.now, 1),
      cancellationClosesAt: startsAt,
      arrivalOpensAt: addMinutes(startsAt, -30),
      partyMax: 5,
      capacity: 40,
      openPlaces: 40,
    };
    await ctx.db.insert(hallSessions).values(session);
    const input = { sessionId: session.id, adults: 2, children: 1, contactName: '示例王芳' };
    return (await createBooking(ctx, person, input, crypto.randomUUID())).bookingId;
  }
});

test('the door’s list does not exist for anybody else', async ({ page, phone }) => {
  await page.goto('/staff/halls/yancheng');
  await signIn(page, phone);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');
  await page.goto('/staff');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('这个地址没有内容。');
});
