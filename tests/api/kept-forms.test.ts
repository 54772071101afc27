import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { STRONG_IDLE_MINUTES } from '../../src/features/accounts/policy.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { NOW } from '../helpers/session.ts';
import { createSiteApp, strongSignIn, type DrawnPage } from '../helpers/site-app.ts';
import { createWorld } from '../helpers/world.ts';

const key = () => crypto.randomUUID();

async function keptIn(answer: Response) {
  expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([401, 'no-store']);
  const { path, problem } = (await answer.json()) as DrawnPage;
  expect(path).toBe('/pause');
  return problem!;
}

describe('a form whose sender’s sign-in ended while they were typing', () => {
  it('is kept whole, and does the same once they have signed in again', async () => {
    const world = await createWorld();
    const session = await world.session();
    const site = createSiteApp(world);
    const form = { key: key(), adults: '2', children: '1', contactName: '示例王芳' };
    const path = `/halls/yancheng/sessions/${session.id}/confirmation?adults=2&children=1`;
    const { retry, signIn } = await keptIn(await site.send('POST', path, { form }));
    expect(retry).toEqual({ action: path, values: form });
    expect(signIn).toBe('/sign-in?next=%2Fme');
    expect(await world.ctx.db.$count(bookings)).toBe(0);

    const { person, token } = await world.person();
    const again = { form: retry!.values, token };
    for (const answer of [
      await site.send('POST', retry!.action, again),
      await site.send('POST', retry!.action, again),
    ]) {
      expect(answer.status).toBe(303);
    }
    expect(await world.ctx.db.$count(bookings, eq(bookings.personId, person.id))).toBe(1);
  });

  it('leads to the sign-in at once where nothing was typed', async () => {
    const world = await createWorld();
    const bookingId = await world.book((await world.person()).person, await world.session());
    const path = `/me/bookings/${bookingId}/cancellation`;
    const answer = await createSiteApp(world).send('POST', path, { form: { key: key() } });
    expect([answer.status, answer.headers.get('Location')]).toEqual([
      303,
      `/sign-in?next=${encodeURIComponent(path)}`,
    ]);
  });

  it('is kept for staff who were away from the desk, without their password', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    const role = { role: 'hall_manager', scopeKind: 'hall', scopeId: 'yancheng' } as const;
    const token = await strongSignIn(world, person.id, [role]);
    const site = createSiteApp(world);
    site.now = addMinutes(NOW, STRONG_IDLE_MINUTES);
    const typed = { key: key(), text: '地震体验屋停了', kind: 'equipment' };
    const form = { ...typed, password: 'not to be kept' };
    for (const path of ['/staff/halls/yancheng/notes', '/me/drills/new']) {
      const { retry, signIn } = await keptIn(await site.send('POST', path, { form, token }));
      expect(retry).toEqual({ action: path, values: typed });
      expect(signIn).toBe('/staff/sign-in?next=%2Fstaff');
    }
  });
});
