import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { auditEntries } from '../../src/features/audit/table.ts';
import { auditDigest } from '../../src/features/audit/statements.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { equalBytes } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld } from '../helpers/world.ts';

async function visitor() {
  const world = await createWorld();
  const { token, person } = await world.person();
  const session = await world.session();
  const input = { sessionId: session.id, adults: 2, children: 1, contactName: '示例王芳' };
  return { world, api: createApi(world), token, person, session, input };
}

describe('POST /api/bookings', () => {
  it('takes the places and shows the booking to its owner only', async () => {
    const { api, token, input, world, session } = await visitor();
    const made = await api.post('/api/bookings', input, { token });
    expect(made.status).toBe(201);
    const { bookingId } = made.body as { bookingId: string };
    const shown = await api.get(`/api/bookings/${bookingId}`, token);
    expect(shown.body).toMatchObject({ id: bookingId, state: 'booked', adults: 2, children: 1 });
    expect((await api.get('/api/bookings', token)).body).toHaveLength(1);
    const places = await api.get('/api/halls/yancheng/sessions');
    expect(places.body).toMatchObject([{ id: session.id, placesLeft: 37, phase: 'on_sale' }]);

    const { token: stranger } = await world.person();
    expect((await api.get(`/api/bookings/${bookingId}`, stranger)).status).toBe(404);
    expect((await api.get(`/api/bookings/${bookingId}`)).status).toBe(401);
    expect((await api.get('/api/bookings', stranger)).body).toEqual([]);
  });

  it('answers a repetition with the first answer and changes nothing', async () => {
    const { api, token, input, world, session } = await visitor();
    const key = crypto.randomUUID();
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => api.post('/api/bookings', input, { token, key })),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    const [row] = await world.ctx.db
      .select()
      .from(hallSessions)
      .where(eq(hallSessions.id, session.id));
    expect(row?.booked).toBe(3);
    expect(await world.ctx.db.select().from(bookings)).toHaveLength(1);
  });

  it('refuses another request under the same key, and keys of one person are not another’s', async () => {
    const { api, token, input, world } = await visitor();
    const key = crypto.randomUUID();
    await api.post('/api/bookings', input, { token, key });
    const other = await api.post('/api/bookings', { ...input, adults: 1 }, { token, key });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    const { token: neighbour } = await world.person();
    expect((await api.post('/api/bookings', input, { token: neighbour, key })).status).toBe(201);
  });

  it('leaves no key behind when it is refused, so that the same form can be mended', async () => {
    const { api, token, input } = await visitor();
    const key = crypto.randomUUID();
    const refused = await api.post('/api/bookings', { ...input, adults: 5 }, { token, key });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'adults' }] } });
    expect((await api.post('/api/bookings', input, { token, key })).status).toBe(201);
  });

  it('asks for a sign-in and for a key', async () => {
    const { api, token, input } = await visitor();
    expect(await api.post('/api/bookings', input)).toMatchObject({
      status: 401,
      body: { code: 'not_signed_in', status: 401, title: '需要先登录' },
    });
    const keyless = await api.post('/api/bookings', input, { token, key: '' });
    expect(keyless).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'idempotency-key' }] },
    });
  });

  it('stores no name or number that can be read', async () => {
    const { api, token, input, world } = await visitor();
    await api.post('/api/bookings', input, { token });
    await api.settled();
    const { rows } = await world.ctx.db.$client.execute(
      'SELECT * FROM bookings, people, outbox_messages',
    );
    const everything = JSON.stringify(rows, (_key, value: unknown) =>
      value instanceof ArrayBuffer ? Buffer.from(value).toString('utf8') : value,
    );
    expect(everything).not.toContain('示例王芳');
    expect(everything).not.toMatch(/1000000\d{4}/);
    expect(api.log.join()).not.toMatch(/示例王芳|1000000\d{4}/);
  });

  it('leaves an audit entry whose digest covers what it says', async () => {
    const { api, token, person, input, world } = await visitor();
    await api.post('/api/bookings', input, { token });
    const [entry] = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'booking.create'));
    expect(entry).toMatchObject({
      actorKind: 'person',
      actorId: person.id,
      subjectKind: 'booking',
    });
    expect(equalBytes(await auditDigest(entry!), entry!.digest)).toBe(true);
    expect(
      equalBytes(await auditDigest({ ...entry!, action: 'booking.cancel' }), entry!.digest),
    ).toBe(false);
  });
});

describe('audit entries', () => {
  it.each(["UPDATE audit_entries SET action = 'x'", 'DELETE FROM audit_entries'])(
    'refuse %s',
    async (statement) => {
      const { api, token, input, world } = await visitor();
      await api.post('/api/bookings', input, { token });
      await expect(world.ctx.db.$client.execute(statement)).rejects.toThrow('audit_is_append_only');
    },
  );
});

describe('POST /api/bookings/{id}/cancellation and /arrival', () => {
  it('give places back once, whatever is sent again', async () => {
    const { api, token, input, world, session } = await visitor();
    const made = await api.post('/api/bookings', input, { token });
    const { bookingId } = made.body as { bookingId: string };
    const key = crypto.randomUUID();
    const path = `/api/bookings/${bookingId}/cancellation`;
    expect((await api.post(path, undefined, { token, key })).status).toBe(201);
    expect((await api.post(path, undefined, { token, key })).status).toBe(201);
    const again = await api.post(path, undefined, { token });
    expect(again).toMatchObject({ status: 409, body: { code: 'booking_already_cancelled' } });
    const [row] = await world.ctx.db
      .select()
      .from(hallSessions)
      .where(eq(hallSessions.id, session.id));
    expect(row?.booked).toBe(0);
    expect((await api.post('/api/bookings', input, { token })).status).toBe(201);
  });

  it('are for the owner, and for the hall’s staff', async () => {
    const { api, token, input, world } = await visitor();
    const { token: staff } = await world.staff();
    const { token: stranger } = await world.person();
    const made = await api.post('/api/bookings', input, { token });
    const { bookingId } = made.body as { bookingId: string };
    const door = createApi(world, addMinutes(NOW, 235));
    const arrive = `/api/bookings/${bookingId}/arrival`;
    const cancel = `/api/bookings/${bookingId}/cancellation`;
    expect((await api.post(cancel, undefined, { token: stranger })).status).toBe(404);
    expect((await api.post(cancel, undefined, { token: staff })).status).toBe(404);
    expect((await door.post(arrive, undefined, { token })).status).toBe(404);
    expect((await door.post(arrive, undefined, { token: staff })).status).toBe(201);
    expect((await door.get(`/api/bookings/${bookingId}`, token)).body).toMatchObject({
      state: 'arrived',
    });
  });
});

describe('POST /api/bookings/{id}/changes', () => {
  it('moves the places with the party, and tells its owner once', async () => {
    const { api, token, input, world, session } = await visitor();
    const later = await world.session({ startsAt: addMinutes(NOW, 360) });
    const made = await api.post('/api/bookings', input, { token });
    const { bookingId } = made.body as { bookingId: string };
    const path = `/api/bookings/${bookingId}/changes`;
    const change = { sessionId: later.id, adults: 1, children: 1 };
    const key = crypto.randomUUID();
    expect((await api.post(path, change, { token, key })).status).toBe(201);
    expect((await api.post(path, change, { token, key })).status).toBe(201);
    const rows = await world.ctx.db.select().from(hallSessions);
    const booked = (id: string) => rows.find((row) => row.id === id)?.booked;
    expect([booked(session.id), booked(later.id)]).toEqual([0, 2]);
    const messages = await world.ctx.db
      .select()
      .from(outboxMessages)
      .where(eq(outboxMessages.template, 'booking_changed'));
    expect(messages).toHaveLength(1);
    const { token: stranger } = await world.person();
    expect((await api.post(path, change, { token: stranger })).status).toBe(404);
  });

  it('leaves everything as it was when the other session is full', async () => {
    const { api, token, input, world, session } = await visitor();
    const later = await world.session({ startsAt: addMinutes(NOW, 360), capacity: 2 });
    const made = await api.post('/api/bookings', input, { token });
    const { bookingId } = made.body as { bookingId: string };
    const change = { sessionId: later.id, adults: 2, children: 1 };
    const refused = await api.post(`/api/bookings/${bookingId}/changes`, change, { token });
    expect(refused).toMatchObject({ status: 409, body: { code: 'session_full' } });
    const shown = await api.get(`/api/bookings/${bookingId}`, token);
    expect(shown.body).toMatchObject({ sessionId: session.id, adults: 2, children: 1 });
  });
});

describe('POST /api/halls/{slug}/arrivals', () => {
  it('lets a party in by the code, in whatever form it was scanned, and says why not', async () => {
    const { api, token, input, world } = await visitor();
    const { token: staff } = await world.staff();
    const made = await api.post('/api/bookings', input, { token });
    const { code } = made.body as { code: string };
    const arrivals = '/api/halls/yancheng/arrivals';
    const scanned = { code: `https://anlan.example/tickets/${code}` };
    const yesterday = createApi(world, addMinutes(NOW, 235 - 24 * 60));
    expect(await yesterday.post(arrivals, scanned, { token: staff })).toMatchObject({
      status: 409,
      body: { detail: '日期不对：这是11月25日周三 12:00–13:15的预约。' },
    });
    const door = createApi(world, addMinutes(NOW, 242));
    expect((await door.post(arrivals, scanned, { token })).status).toBe(422);
    expect((await door.post(arrivals, scanned, { token: staff })).status).toBe(201);
    expect(await door.post(arrivals, { code: code.toLowerCase() }, { token: staff })).toMatchObject(
      {
        status: 409,
        body: { detail: '12:02已经登记入场，不用再登记。' },
      },
    );
    expect(await door.post(arrivals, { code: 'ABC' }, { token: staff })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'code' }] },
    });
  });
});
