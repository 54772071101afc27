import { and, asc, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { runJobs } from '../../functions/jobs/run.ts';
import { Scope } from '../../functions/scope.ts';
import { signInByPhone } from '../../scripts/lib/demo-people.ts';
import { purgeSignInCodes } from '../../src/features/accounts/commands.ts';
import { findPerson, findPersonByPhone, findSignIn } from '../../src/features/accounts/queries.ts';
import { people, signIns, signOuts, type Person } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { createBooking } from '../../src/features/bookings/commands.ts';
import { contactNameOf, findTicket } from '../../src/features/bookings/queries.ts';
import { bookings, cancellations } from '../../src/features/bookings/table.ts';
import { createInquiry } from '../../src/features/inquiries/commands.ts';
import { inquiries } from '../../src/features/inquiries/table.ts';
import { claimOrganisation } from '../../src/features/organisations/commands.ts';
import { organisationMembers } from '../../src/features/organisations/table.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import {
  correctContactName,
  eraseAccount,
  eraseContactNames,
  eraseDormantAccounts,
  purgeSignIns,
  reapplyErasures,
} from '../../src/features/privacy/commands.ts';
import { readOwnData } from '../../src/features/own-data/queries.ts';
import { erasureDays, listErasures, wasErased } from '../../src/features/privacy/queries.ts';
import { ownWords } from '../../src/features/own-data/messages.ts';
import { erasureRefusals } from '../../src/features/privacy/policy.ts';
import { REGISTER } from '../../src/features/privacy/schema.ts';
import { accountErasures, erasureRuns, noticesShown } from '../../src/features/privacy/table.ts';
import { roleGrants } from '../../src/features/roles/table.ts';
import { deliverDue } from '../../src/features/notifications/commands.ts';
import { outboxMessages } from '../../src/features/notifications/table.ts';
import { openDatabase } from '../../src/lib/db/client.ts';
import { writeAtomically } from '../../src/lib/db/commit.ts';
import { toHex } from '../../src/lib/ids.ts';
import { addMinutes, DAY_MS } from '../../src/lib/time.ts';
import { createApi } from '../helpers/api.ts';
import { listTables } from '../helpers/database.ts';
import { bookingCodeOf } from '../helpers/codes.ts';
import { postTo } from '../helpers/post.ts';
import { NOW } from '../helpers/session.ts';
import { createSiteApp } from '../helpers/site-app.ts';
import { createWorld, TEST_KEYS, type World } from '../helpers/world.ts';

const PHONE = '10000004321';
const key = () => crypto.randomUUID();
const days = (n: number) => new Date(NOW.getTime() + n * DAY_MS);

/** A person with a visit four hours ahead. */
async function visitor(world: World) {
  const { person, token } = await world.person(PHONE);
  const session = await world.session();
  const bookingId = await world.book(person, session, { adults: 2, children: 1 });
  return { person, token, session, bookingId };
}

const erase = (world: World, person: Person, formKey = key()) =>
  eraseAccount(world.ctx, person, { lastFour: PHONE.slice(-4) }, formKey);

async function bookedIn({ ctx }: World, id: string): Promise<number | undefined> {
  const [row] = await ctx.db.select().from(hallSessions).where(eq(hallSessions.id, id));
  return row?.booked;
}

const auditOf = ({ ctx }: World) =>
  ctx.db.select().from(auditEntries).orderBy(asc(auditEntries.sequence));

describe('seeing one’s own data', () => {
  it('gives every item of the register, decrypted, and nothing of anybody else', async () => {
    const world = await createWorld();
    const { person, bookingId } = await visitor(world);
    const other = await world.person('10000009999');
    const otherBooking = await world.book(
      other.person,
      await world.session({ startsAt: addMinutes(NOW, 600) }),
    );
    const data = await readOwnData(world.ctx, person);
    expect(data).toMatchObject({
      phone: PHONE,
      account: { id: person.id },
      notices: [{ version: 1 }],
      visits: [{ bookingId, contactName: '示例王芳', adults: 2, children: 1, hall: 'yancheng' }],
      repeats: 2,
    });
    expect(data.codes).toHaveLength(1);
    expect(data.signIns).toHaveLength(1);
    expect(data.messages.map(({ template }) => template).toSorted()).toEqual([
      'booking_created',
      'booking_reminder',
      'sign_in_code',
    ]);
    expect(data.acts.map(({ action }) => action)).toEqual(['booking.create', 'sign_in.create']);
    const text = JSON.stringify(data);
    for (const foreign of ['10000009999', other.person.id, otherBooking]) {
      expect(text).not.toContain(foreign);
    }
    const words = ownWords(data, () => '盐城的体验馆');
    expect(Object.keys(words).sort()).toEqual(Object.keys(REGISTER).sort());
    expect(words.contactName).toEqual(['2026-11-25 12:00 盐城的体验馆：示例王芳']);
    expect(words.acts).toEqual(['2026-11-25 08:00 预约', '2026-11-24 08:00 登录']);
  });

  it('is a file for whoever is signed in, and the sign-in page for a stranger', async () => {
    const world = await createWorld();
    const { token } = await visitor(world);
    const api = createApi(world);
    const file = await api.get('/me/data/export.json', token);
    expect(file.status).toBe(200);
    expect(file.headers.get('Content-Disposition')).toBe(
      'attachment; filename="anlan-my-data.json"',
    );
    expect(file.headers.get('Cache-Control')).toBe('no-store');
    expect(file.body).toMatchObject({ phone: PHONE, visits: [{ contactName: '示例王芳' }] });
    const stranger = await api.get('/me/data/export.json', 'x'.repeat(43));
    expect(stranger.status).toBe(303);
    expect(stranger.headers.get('Location')).toBe('/sign-in?next=%2Fme%2Fdata');
    expect(api.log.join('')).not.toContain(PHONE);
  });
});

describe('correcting the contact name', () => {
  it('changes the one copy there is, once a key', async () => {
    const world = await createWorld();
    const { person, bookingId } = await visitor(world);
    const formKey = key();
    const input = { bookingId, contactName: '示例王方' };
    await correctContactName(world.ctx, person, input, formKey);
    await correctContactName(world.ctx, person, input, formKey);
    const { visits } = await readOwnData(world.ctx, person);
    expect(visits).toMatchObject([
      { contactName: '示例王方', changes: [{ what: 'contact_name' }] },
    ]);
    expect((await auditOf(world)).map(({ action }) => action)).toContain(
      'booking.correct_contact_name',
    );
    expect(JSON.stringify(await auditOf(world))).not.toContain('示例');
  });
});

describe('erasing an account', () => {
  it('leaves nothing that can be read, and no way in', async () => {
    const world = await createWorld();
    const { person, token, bookingId } = await visitor(world);
    const code = await bookingCodeOf(world.ctx, bookingId);
    const before = await auditOf(world);
    await erase(world, person);

    expect(await findSignIn(world.ctx, token)).toBeUndefined();
    expect(await findPersonByPhone(world.ctx, PHONE)).toBeUndefined();
    expect(await findTicket(world.ctx, code)).toBeUndefined();
    const [row] = await world.ctx.db.select().from(people).where(eq(people.id, person.id));
    expect(row?.dataKeyCipher).toHaveLength(0);
    expect(row?.phoneCipher).toHaveLength(0);
    expect(row?.phoneHash).not.toEqual(person.phoneHash);
    const [booking] = await world.ctx.db.select().from(bookings);
    expect(booking?.contactNameCipher).toHaveLength(0);
    expect(booking?.contactNameHash).toEqual(new Uint8Array(32));
    expect(await contactNameOf(world.ctx, booking!, row!)).toBe('');
    expect(await world.ctx.db.select().from(noticesShown)).toEqual([]);

    const after = await auditOf(world);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length).map(({ action }) => action)).toEqual([
      'account.erase',
      'booking.cancel',
    ]);
  });

  it('frees the places of coming visits exactly once, also after the cut-off', async () => {
    const world = await createWorld();
    const { person, session, bookingId } = await visitor(world);
    expect(await bookedIn(world, session.id)).toBe(3);
    const late = world.at(addMinutes(session.startsAt, 10));
    const formKey = key();
    const input = { lastFour: PHONE.slice(-4) };
    await eraseAccount(late, person, input, formKey);
    expect(await bookedIn(world, session.id)).toBe(0);
    await eraseAccount(late, person, input, formKey).catch(() => {});
    expect(await bookedIn(world, session.id)).toBe(0);
    expect(await world.ctx.db.select().from(cancellations)).toMatchObject([{ bookingId }]);
    expect(await world.ctx.db.select().from(accountErasures)).toMatchObject([{ cancelled: 1 }]);
  });

  it('leaves no trace of a cipher, a hash or a wrapped key in any table', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    const [booking] = await world.ctx.db.select().from(bookings);
    const personal = [
      person.phoneCipher,
      person.phoneHash,
      person.dataKeyCipher,
      booking!.contactNameCipher,
      booking!.contactNameHash,
    ].map(toHex);
    expect(personal.filter((one) => one.length < 64)).toEqual([]);
    const holding = async () => {
      const tables = await listTables(world.ctx.db);
      const contents = await Promise.all(
        tables.map(async (name) => ({ name, text: await readAll(world, name) })),
      );
      return contents.filter(({ text }) => personal.some((one) => text.includes(one)));
    };
    expect((await holding()).map(({ name }) => name).sort()).toEqual([
      'bookings',
      'idempotency_keys',
      'people',
      'sign_in_codes',
    ]);
    await erase(world, person);
    // The code that was sent keeps counting against its limits for two days, as the notice says.
    expect((await holding()).map(({ name }) => name)).toEqual(['sign_in_codes']);
    await purgeSignInCodes(world.at(days(2)));
    expect(await holding()).toEqual([]);
  });

  it('is refused while a visit is left out', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    const row = { personId: person.id, personHash: new Uint8Array(32), reason: 'asked' } as const;
    const left = world.ctx.db
      .insert(accountErasures)
      .values({ ...row, cancelled: 0, erasedAt: NOW });
    await expect(writeAtomically(world.ctx.db, [left], erasureRefusals)).rejects.toMatchObject({
      reason: 'bookings_have_changed',
    });
  });

  it('leaves the messages that wait for them with nobody to go to', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    await erase(world, person);
    const sent: string[] = [];
    const post = postTo(async ({ text }) => void sent.push(text));
    await deliverDue(world.ctx, post);
    expect(sent.filter((text) => text.includes('预约'))).toEqual([]);
    const [told] = await world.ctx.db
      .select()
      .from(outboxMessages)
      .where(eq(outboxMessages.template, 'booking_created'));
    expect(told).toMatchObject({ droppedAt: NOW, lastError: 'subject gone' });
  });

  it('takes the number off questions, and the person out of organisations', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    const question = { kind: 'question', text: '示例：周末开门吗？可以带小孩吗？' };
    await createInquiry(world.ctx, { ...question, phone: PHONE }, key());
    await createInquiry(world.ctx, { ...question, phone: '10000007777' }, key());
    const organisation = { kind: 'school', name: '示例第一小学', regionCode: '320902' };
    await claimOrganisation(world.ctx, person, organisation, key());
    const data = await readOwnData(world.ctx, person);
    expect(data.inquiries).toMatchObject([{ kind: 'question', answeredAt: null }]);
    expect(data.organisations).toMatchObject([{ name: '示例第一小学', responsible: true }]);
    await erase(world, person);
    const left = await world.ctx.db.select().from(inquiries).orderBy(asc(inquiries.createdAt));
    expect(left.filter(({ phoneHash }) => phoneHash === null)).toHaveLength(1);
    expect(left).toHaveLength(2);
    expect(left.every(({ textCipher }) => textCipher.length > 0)).toBe(true);
    expect(await world.ctx.db.select().from(organisationMembers)).toMatchObject([
      { state: 'left', responsible: false },
    ]);
  });

  it('leaves past visits as counts', async () => {
    const world = await createWorld();
    const { person, session } = await visitor(world);
    await eraseAccount(
      world.at(addMinutes(session.endsAt, 1)),
      person,
      { lastFour: PHONE.slice(-4) },
      key(),
    );
    expect(await bookedIn(world, session.id)).toBe(3);
    expect(await world.ctx.db.select().from(cancellations)).toEqual([]);
  });

  it('gives the number to a stranger with nothing on it', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    await erase(world, person);
    const anew = await signInByPhone(world.at(addMinutes(NOW, 5)), PHONE);
    expect(anew.person.id).not.toBe(person.id);
    const data = await readOwnData(world.at(addMinutes(NOW, 6)), anew.person);
    expect(data.visits).toEqual([]);
    expect(data.roles).toEqual([]);
    expect(JSON.stringify(data)).not.toContain(person.id);
  });

  it('gives back the roles of whoever works here', async () => {
    const world = await createWorld();
    const { person } = await world.staff();
    const phone = (await readOwnData(world.ctx, person)).phone;
    await eraseAccount(world.ctx, person, { lastFour: phone.slice(-4) }, key());
    const held = await world.ctx.db
      .select()
      .from(roleGrants)
      .where(and(eq(roleGrants.personId, person.id), eq(roleGrants.state, 'active')));
    expect(held).toEqual([]);
  });

  it('is told of in public as a count', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    await erase(world, person);
    expect(await erasureDays(world.ctx)).toEqual({
      days: [{ date: '2026-11-25', erased: [{ what: 'accounts_asked', howMany: 1 }] }],
      next: undefined,
    });
  });

  it('stops a booking and a sign-in that were under way', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    const session = await world.session({ startsAt: addMinutes(NOW, 600) });
    await erase(world, person);
    const input = { sessionId: session.id, adults: 1, children: 0, contactName: '示例王芳' };
    await expect(createBooking(world.ctx, person, input, key())).rejects.toMatchObject({
      reason: 'person_erased',
    });
    const row = { id: key(), codeId: key(), tokenHash: new Uint8Array(32) };
    const late = { ...row, personId: person.id, createdAt: NOW, expiresAt: days(1) };
    await expect(world.ctx.db.insert(signIns).values(late)).rejects.toThrow();
  });
});

describe('the form that erases', () => {
  const post = (world: World, token: string | undefined, form: Record<string, string>) =>
    createSiteApp(world).send('POST', '/me/data/erasure', { form, token });

  it('comes back with the mistake beside its field', async () => {
    const world = await createWorld();
    const { token } = await visitor(world);
    const answer = await post(world, token, { key: key(), lastFour: '1111' });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      form: { values: { lastFour: '1111' }, fields: [{ field: 'lastFour' }] },
    });
    expect(await world.ctx.db.select().from(accountErasures)).toEqual([]);
  });

  it('sent again after it was done says the same and changes nothing twice', async () => {
    const world = await createWorld();
    const { token, session } = await visitor(world);
    const values = { key: key(), lastFour: PHONE.slice(-4) };
    const first = await post(world, token, values);
    expect(first.status).toBe(303);
    expect(first.headers.get('Location')).toBe('/me/data/erased');
    expect(first.headers.get('Set-Cookie')).toMatch(/__Host-anlan=;.*Max-Age=0/);
    const entries = await auditOf(world);
    for (const again of [token, undefined]) {
      const answer = await post(world, again, values);
      expect(answer.headers.get('Location')).toBe('/me/data/erased');
    }
    expect(await auditOf(world)).toEqual(entries);
    expect(await bookedIn(world, session.id)).toBe(0);
    const other = await post(world, token, { ...values, key: key() });
    expect(other.status).toBe(401);
    expect(await wasErased(world.ctx, key())).toBe(false);
  });

  it('pressed twice at the same moment erases once', async () => {
    const world = await createWorld();
    const { token, session } = await visitor(world);
    const values = { key: key(), lastFour: PHONE.slice(-4) };
    const answers = await Promise.all([post(world, token, values), post(world, token, values)]);
    expect(answers.map(({ headers }) => headers.get('Location'))).toEqual([
      '/me/data/erased',
      '/me/data/erased',
    ]);
    expect(await world.ctx.db.select().from(erasureRuns)).toHaveLength(1);
    expect(await bookedIn(world, session.id)).toBe(0);
  });
});

describe('the jobs', () => {
  it('erase contact names 90 days after the visit, not a day before, and tell of it once', async () => {
    const world = await createWorld();
    const { person, session } = await visitor(world);
    const after = (n: number) => world.at(new Date(session.endsAt.getTime() + n * DAY_MS));
    expect(await eraseContactNames(after(89.99))).toBe(0);
    expect(await eraseContactNames(after(91))).toBe(1);
    expect(await eraseContactNames(after(91))).toBe(0);
    const { visits } = await readOwnData(world.ctx, person);
    expect(visits).toMatchObject([{ contactName: null, adults: 2, children: 1 }]);
    const runs = await world.ctx.db.select().from(erasureRuns);
    expect(runs).toMatchObject([{ what: 'contact_names', howMany: 1 }]);
  });

  it('delete sign-ins 30 days after they ran out, with what ended them', async () => {
    const world = await createWorld();
    const { person } = await world.person(PHONE);
    await world.ctx.db
      .insert(signOuts)
      .select(
        world.ctx.db
          .select({ signInId: signIns.id, signedOutAt: signIns.createdAt })
          .from(signIns)
          .where(eq(signIns.personId, person.id)),
      );
    expect(await purgeSignIns(world.at(days(58)))).toBe(0);
    expect(await purgeSignIns(world.at(days(61)))).toBe(1);
    expect(await purgeSignIns(world.at(days(61)))).toBe(0);
    expect(await world.ctx.db.select().from(signOuts)).toEqual([]);
    expect(await world.ctx.db.select().from(erasureRuns)).toMatchObject([
      { what: 'sign_ins', howMany: 1 },
    ]);
  });

  it('end an account after 180 days, and the number starts anew; the old one opens to nobody', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    expect(await eraseDormantAccounts(world.at(days(178)))).toBe(0);
    const late = world.at(days(181));
    await expect(signInByPhone(late, PHONE)).rejects.toMatchObject({ reason: 'account_dormant' });
    expect(await eraseDormantAccounts(late)).toBe(1);
    expect(await eraseDormantAccounts(late)).toBe(0);
    const anew = await signInByPhone(world.at(addMinutes(days(181), 2)), PHONE);
    expect(anew.person.id).not.toBe(person.id);
  });

  it('leave an account alone whose owner has signed in since, or works here', async () => {
    const world = await createWorld();
    const { person } = await world.person(PHONE);
    await world.staff();
    await signInByPhone(world.at(days(80)), PHONE);
    await world.ctx.db.delete(signIns).where(eq(signIns.personId, person.id));
    expect(await eraseDormantAccounts(world.at(days(200)))).toBe(0);
    expect(await eraseDormantAccounts(world.at(days(281)))).toBe(1);
  });

  it('run with the others, without one failing', async () => {
    const world = await createWorld();
    await visitor(world);
    const log: string[] = [];
    const deps = {
      now: () => days(200),
      openDatabase: () => openDatabase({ url: world.url }),
      log: (line: string) => log.push(line),
    };
    const env = { DATABASE_URL: world.url, PERSONAL_DATA_KEYS: TEST_KEYS, DEMONSTRATION: '1' };
    await runJobs(new Scope(env, 'request', deps));
    expect(log.filter((line) => line.includes('job_failed'))).toEqual([]);
    expect(log.join('\n')).toContain('erase-dormant-accounts');
    const { days: listed } = await erasureDays(world.ctx);
    expect(listed[0]?.erased.map(({ what }) => what)).toEqual(['accounts_dormant', 'sign_ins']);
  });
});

describe('the public list', () => {
  it('shows a month of days, sums a day, and goes on without losing one', async () => {
    const world = await createWorld();
    const rows = Array.from({ length: 40 }, (_, day) =>
      [1, 2].map((howMany) => ({ day, howMany })),
    );
    await world.ctx.db.insert(erasureRuns).values(
      rows.flat().map(({ day, howMany }) => ({
        id: key(),
        what: 'sign_ins' as const,
        howMany,
        ranAt: days(-day),
      })),
    );
    const first = await erasureDays(world.ctx);
    const second = await erasureDays(world.ctx, first.next);
    expect(first.days).toHaveLength(31);
    expect(second.days).toHaveLength(9);
    expect(second.next).toBeUndefined();
    const all = [...first.days, ...second.days];
    expect(new Set(all.map(({ date }) => date)).size).toBe(40);
    expect(all.every(({ erased }) => erased[0]?.howMany === 3)).toBe(true);
  });
});

describe('a restored backup', () => {
  it('forgets again whoever was erased after it was made, and nobody else', async () => {
    const world = await createWorld();
    const { person } = await visitor(world);
    const kept = await world.person();
    const backup = await createWorld();
    for (const table of ['people', 'hall_sessions', 'bookings'])
      await copyTable(world, backup, table);
    await erase(world, person);
    const list = await listErasures(world.ctx);
    expect(list).toHaveLength(1);
    expect(list[0]).not.toContain(person.id);

    expect(await findPersonByPhone(backup.ctx, PHONE)).toBeDefined();
    expect(await reapplyErasures(backup.ctx, list)).toBe(1);
    expect(await findPersonByPhone(backup.ctx, PHONE)).toBeUndefined();
    expect(await findPerson(backup.ctx, kept.person.id)).toMatchObject({
      dataKeyCipher: kept.person.dataKeyCipher,
    });
    expect(await reapplyErasures(backup.ctx, list)).toBe(0);
  });
});

/** A table as text, bytes in hexadecimal. */
async function readAll({ ctx }: World, table: string): Promise<string> {
  const { rows } = await ctx.db.$client.execute(`SELECT * FROM "${table}"`);
  const cells = rows.flatMap((row) => Object.values(row));
  return cells
    .map((cell) => (cell instanceof ArrayBuffer ? toHex(new Uint8Array(cell)) : String(cell)))
    .join('\n');
}

/** Rows as they are, with the guards of the backup's own past left out. */
async function copyTable(from: World, to: World, table: string): Promise<void> {
  const { rows, columns } = await from.ctx.db.$client.execute(`SELECT * FROM ${table}`);
  const places = columns.map(() => '?').join(', ');
  for (const row of rows) {
    const args = columns.map((_, index) => row[index] ?? null);
    await to.ctx.db.$client.execute({ sql: `INSERT INTO ${table} VALUES (${places})`, args });
  }
}
