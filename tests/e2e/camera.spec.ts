import { eq } from 'drizzle-orm';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { createBooking } from '../../src/features/bookings/commands.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { addMinutes, calendarDate, instantOf } from '../../src/lib/time.ts';
import { filmQrCode } from '../helpers/camera.ts';
import { addSession, expect, signInAsStaff, test } from './fixtures.ts';

/** The film has to lie there before the browser starts: the booking takes the code that the film shows. */
const CODE = 'CAMERA2345';
const film = resolve('test-results/camera.y4m');
mkdirSync('test-results', { recursive: true });
filmQrCode(film, `https://anlan.example/tickets/${CODE}`);

test.use({
  permissions: ['camera'],
  launchOptions: async ({ launchOptions }, use) =>
    use({
      ...launchOptions,
      args: [
        ...(launchOptions.args ?? []),
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-video-capture=${film}`,
      ],
    }),
});

test('the door’s camera reads a ticket and lets the party in', async ({ page, phone, ctx }) => {
  const startsAt = instantOf(calendarDate(ctx.now), 7);
  const bookingClosesAt = addMinutes(startsAt, 24 * 60);
  const session = await addSession(ctx, { startsAt, endsAt: bookingClosesAt, bookingClosesAt });
  const yesterday = { ...ctx, now: addMinutes(ctx.now, -24 * 60) };
  const { person } = await signInByPhone(yesterday, phone);
  const input = { sessionId: session.id, adults: 2, children: 1, contactName: '示例王芳' };
  const { bookingId } = await createBooking(ctx, person, input, crypto.randomUUID());
  await ctx.db.update(bookings).set({ code: CODE }).where(eq(bookings.id, bookingId));

  await signInAsStaff(page, ctx, `134${phone.slice(3)}`);
  await page.getByRole('link', { name: '名单和登记' }).click();
  await page.getByRole('button', { name: '用相机扫' }).click();
  await expect(
    page.getByRole('status').filter({ hasText: '可以入场：2位成人、1位儿童' }),
  ).toBeVisible();
});
