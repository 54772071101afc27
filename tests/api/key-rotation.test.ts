import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { readSentCode, signInByPhone } from '../../scripts/lib/demo-people.ts';
import { signIn } from '../../src/features/accounts/commands.ts';
import { findPerson, findPersonByPhone } from '../../src/features/accounts/queries.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { writeDoorNote } from '../../src/features/door/commands.ts';
import { listNotes } from '../../src/features/door/queries.ts';
import { createInquiry } from '../../src/features/inquiries/commands.ts';
import { inquiryPhone, inquiryText } from '../../src/features/inquiries/queries.ts';
import { inquiries } from '../../src/features/inquiries/table.ts';
import { rotateKeys } from '../../src/features/key-rotation/commands.ts';
import { rowsOfOlderVersions } from '../../src/features/key-rotation/queries.ts';
import { eraseAccount } from '../../src/features/privacy/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import type { Database } from '../../src/lib/db/client.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { listTables } from '../helpers/database.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, TEST_KEYS } from '../helpers/world.ts';

const PHONE = '10000004321';
const key = () => crypto.randomUUID();

describe('rotating the keys', () => {
  const both = { ...(JSON.parse(TEST_KEYS) as Record<string, string>), 2: btoa('n'.repeat(32)) };

  it('lets the old secret be dropped, and everything still reads', async () => {
    const world = await createWorld();
    const { person } = await world.person(PHONE);
    const bookingId = await world.book(person, await world.session(), { adults: 2, children: 1 });
    const gone = await world.person('10000008888');
    const asked = { kind: 'question', text: '示例：周末开门吗？可以带小孩吗？', phone: PHONE };
    await createInquiry(world.ctx, asked, key());
    const door = { role: 'hall_staff', scopeKind: 'hall', scopeId: 'yancheng' } as const;
    const staff = { id: (await world.staff()).person.id, roles: [door] };
    const note = { hallSlug: 'yancheng', kind: 'other', minute: '9:00', text: '钥匙在前台' };
    await writeDoorNote(world.ctx, staff, note, key());
    await eraseAccount(world.ctx, gone.person, { lastFour: '8888' }, key());
    const rotating = { ...world.at(addMinutes(NOW, 10)), keys: await Keyring.open(both) };
    while ((await rotateKeys(rotating)) > 0);
    expect(await rowsOfOlderVersions(rotating)).toEqual({
      people: 0,
      bookings: 0,
      community_profile_versions: 0,
      door_notes: 0,
      drill_cards: 0,
      imports: 0,
      inquiries: 0,
      sign_in_codes: 0,
      outbox_messages: 0,
    });
    const after = { ...rotating, keys: await Keyring.open({ 2: both[2] }) };
    const known = await findPersonByPhone(after, PHONE);
    expect(known?.id).toBe(person.id);
    expect(await readOwnData(after, known!)).toMatchObject({
      phone: PHONE,
      codes: [{}],
      visits: [{ bookingId, contactName: '示例王芳' }],
      messages: [{}, {}, {}],
    });
    const [inquiry] = await after.db.select().from(inquiries);
    expect(await inquiryText(after, inquiry!)).toBe(asked.text);
    expect(await inquiryPhone(after, inquiry!)).toBe(PHONE);
    const [booking] = await after.db.select().from(bookings).where(eq(bookings.id, bookingId));
    expect(booking?.contactNameHash).toEqual(await after.keys.hash('name', '示例王芳'));
    expect(await listNotes(after, 'yancheng', '2026-11-25')).toMatchObject([
      { text: '钥匙在前台', done: '' },
    ]);
    expect((await signInByPhone(after, PHONE)).person.id).toBe(person.id);
  });

  it('brings nothing back that was erased between its reading and its writing', async () => {
    const world = await createWorld();
    const { person } = await world.person(PHONE);
    await world.book(person, await world.session());
    const { $client } = world.ctx.db;
    let isErased = false;
    const overtaken = async (...args: Parameters<typeof $client.batch>) => {
      if (!isErased) {
        isErased = true;
        await eraseAccount(world.ctx, person, { lastFour: PHONE.slice(-4) }, key());
      }
      return $client.batch(...args);
    };
    const client = Object.assign(Object.create($client) as typeof $client, { batch: overtaken });
    const db = Object.assign(Object.create(world.ctx.db) as Database, { $client: client });
    const rotating = { ...world.at(addMinutes(NOW, 10)), db, keys: await Keyring.open(both) };
    while ((await rotateKeys(rotating)) > 0);
    expect(isErased).toBe(true);
    expect((await rowsOfOlderVersions(rotating))['people']).toBe(0);
    expect(await findPersonByPhone(rotating, PHONE)).toBeUndefined();
    const [booking] = await db.select().from(bookings);
    expect(booking?.contactNameHash).toEqual(new Uint8Array(32));
    expect((await findPerson(rotating, person.id))?.dataKeyCipher).toHaveLength(0);
  });

  it('knows every table that names a version of the keys', async () => {
    const { ctx } = await createWorld();
    const named: string[] = [];
    for (const table of await listTables(ctx.db)) {
      const { rows } = await ctx.db.$client.execute(`PRAGMA table_info("${table}")`);
      if (rows.some((row) => row['name'] === 'key_version')) named.push(table);
    }
    expect(Object.keys(await rowsOfOlderVersions(ctx)).sort()).toEqual(named.sort());
  });

  it('leaves a code alone while it can be used, and takes it along afterwards', async () => {
    const world = await createWorld();
    const api = createApi(world);
    const asked = await api.post('/api/sign-in-codes', { phone: PHONE });
    const { codeId } = asked.body as { codeId: string };
    const code = await readSentCode(world.ctx, codeId);
    const keys = await Keyring.open(both);
    const rotating = { ...world.ctx, keys };
    while ((await rotateKeys(rotating)) > 0);
    expect((await rowsOfOlderVersions(rotating))['sign_in_codes']).toBe(1);
    expect((await signIn(rotating, { codeId, code })).token).toMatch(/^[\w-]{43}$/);
    const later = { ...world.at(addMinutes(NOW, 5)), keys };
    while ((await rotateKeys(later)) > 0);
    expect((await rowsOfOlderVersions(later))['sign_in_codes']).toBe(0);
  });
});
