import { count, eq } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { people } from '../../src/features/accounts/table.ts';
import { auditEntries } from '../../src/features/audit/table.ts';
import { cancelBooking, markArrival } from '../../src/features/bookings/commands.ts';
import { bookingList, contactNameOf, listBookings } from '../../src/features/bookings/queries.ts';
import { bookings } from '../../src/features/bookings/table.ts';
import { readDesk } from '../../src/features/desk/queries.ts';
import { discloseBooking, exportList } from '../../src/features/disclosures/commands.ts';
import { EXPORT_MAX, SHOWN_MINUTES } from '../../src/features/disclosures/policy.ts';
import { findShown } from '../../src/features/disclosures/queries.ts';
import { disclosures } from '../../src/features/disclosures/table.ts';
import { hallSessions } from '../../src/features/halls/table.ts';
import { applyImport, createImport, forgetImports } from '../../src/features/imports/commands.ts';
import {
  findKnown,
  findOwnImport,
  planImport,
  problemOf,
} from '../../src/features/imports/queries.ts';
import { imports, knownOrganisations } from '../../src/features/imports/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import { rotateKeys } from '../../src/features/key-rotation/commands.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { Keyring } from '../../src/lib/keyring.ts';
import { readList } from '../../src/lib/lists.ts';
import { readSheet, writeCsv } from '../../src/lib/sheets.ts';
import { addMinutes, calendarDate, formatTime } from '../../src/lib/time.ts';
import { holder, manager, reviewer } from '../helpers/losing-states-console.ts';
import { addRoleOnly } from '../helpers/roles.ts';
import { NOW } from '../helpers/session.ts';
import { createWorld, TEST_KEYS, type World } from '../helpers/world.ts';

const key = () => crypto.randomUUID();
const HALL = 'yancheng';
const listed = (query = '') => readList(bookingList(HALL), new URLSearchParams(query));
const phoneOf = (nth: number) => `1000000${String(nth).padStart(4, '0')}`;

async function rowsIn({ db }: CommandContext, table: SQLiteTable): Promise<number> {
  const [counted] = await db.select({ rows: count() }).from(table);
  return counted?.rows ?? 0;
}

describe('what somebody has to do today', () => {
  it('comes in one request, for all their roles', async () => {
    const world = await createWorld();
    const session = await world.session();
    const staff = await world.staff();
    const first = await world.book((await world.person()).person, session, {
      adults: 2,
      children: 1,
    });
    await world.book((await world.person()).person, session);
    await markArrival(world.at(addMinutes(NOW, 235)), staff.person, { bookingId: first }, key());
    const { by } = await manager(world);
    const invited = await world.person();
    await addRoleOnly(world.ctx, invited.person.id, {
      ...{ role: 'hall_staff', scopeKind: 'hall', scopeId: HALL },
    });
    let requests = 0;
    const batch = world.ctx.db.batch.bind(world.ctx.db);
    const db = Object.assign(Object.create(world.ctx.db) as typeof world.ctx.db, {
      batch: (...args: Parameters<typeof batch>) => {
        requests += 1;
        return batch(...args);
      },
    });
    const queues = await readDesk({ db, now: addMinutes(NOW, 236) }, by, () => '盐城');
    expect(requests).toBe(1);
    expect(queues[0]).toMatchObject({
      queue: 'hall:yancheng',
      title: '盐城今天',
      count: 1,
      summary: '已到3人，还没到1人',
      next: [{ about: '约4人，已到3人，共40个名额', due: { text: '正在入场', late: false } }],
    });
    // One was given a role and has not set up how to sign in.
    expect(queues.map(({ queue, count: many }) => [queue, many])).toEqual([
      ['hall:yancheng', 1],
      ['calls', 0],
      ['groups:yancheng', 0],
      ['roster', 0],
      ['feedback', 0],
      ['volunteers', 0],
      ['people', 1],
      ['imports', 0],
    ]);
  });

  it('is nothing when nothing waits', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    const queues = await readDesk(world.ctx, by, (slug) => slug);
    expect(queues.map(({ queue, count: waiting }) => [queue, waiting])).toEqual([
      ['applications', 0],
      ['organisations', 0],
      ['duties', 0],
      ['volunteers', 0],
      ['imports', 0],
    ]);
  });
});

describe('the bookings of a hall', () => {
  it('are found by a whole name, number or code, and by nothing less', async () => {
    const world = await createWorld();
    const session = await world.session();
    const { person } = await world.person(phoneOf(77));
    const bookingId = await world.book(person, session);
    await world.book((await world.person()).person, session);
    const [booking] = await world.ctx.db.select().from(bookings).where(eq(bookings.id, bookingId));
    const found = async (q: string) =>
      (await listBookings(world.ctx, HALL, listed(new URLSearchParams({ q }).toString()))).count;
    expect(await found(booking!.code.toLowerCase())).toBe(1);
    expect(await found(`+86 ${phoneOf(77)}`)).toBe(1);
    expect(await found('示例王芳')).toBe(2);
    for (const part of ['王芳', phoneOf(77).slice(4), '%', booking!.code.slice(2)]) {
      expect(await found(part)).toBe(0);
    }
  });

  it('go on by key in both orders, each once, with a count of all', async () => {
    const world = await createWorld();
    const later = await world.session({ startsAt: addMinutes(NOW, 360), capacity: 200 });
    const soon = await world.session({ capacity: 200 });
    for (let nth = 0; nth < 7; nth += 1) {
      const { person } = await world.person();
      await world.book(person, later);
      await world.book(person, soon);
    }
    for (const order of ['soon', 'late']) {
      const first = await listBookings(world.ctx, HALL, listed(`order=${order}`), 10);
      const after = first.rows.at(-1)?.booking.id;
      const second = await listBookings(
        world.ctx,
        HALL,
        listed(`order=${order}&after=${after}`),
        10,
      );
      const all = [...first.rows, ...second.rows];
      expect(first.count).toBe(14);
      expect(new Set(all.map(({ booking }) => booking.id)).size).toBe(14);
      const starts = all.map(({ session }) => session.startsAt.getTime());
      const sorted = starts.toSorted((a, b) => (order === 'soon' ? a - b : b - a));
      expect(starts).toEqual(sorted);
    }
  });

  it('are narrowed by day and state', async () => {
    const world = await createWorld();
    const { person } = await world.person();
    const bookingId = await world.book(person, await world.session());
    await world.book(person, await world.session({ startsAt: addMinutes(NOW, 2 * 1440) }));
    await cancelBooking(world.ctx, person, { bookingId }, key());
    const counted = async (query: string) =>
      (await listBookings(world.ctx, HALL, listed(query))).count;
    expect(await counted('')).toBe(2);
    expect(await counted('date=2026-11-27')).toBe(1);
    expect(await counted('state=cancelled')).toBe(1);
    expect(await counted('when=past')).toBe(0);
    expect((await listBookings(world.ctx, 'lianyungang', listed())).count).toBe(0);
  });
});

describe('taking a list out', () => {
  it('masks what is personal, and tells the log how many went', async () => {
    const world = await createWorld();
    await world.book((await world.person(phoneOf(1234))).person, await world.session());
    const { by } = await holder(world, {
      ...{ role: 'hall_staff', scopeKind: 'hall', scopeId: HALL },
    });
    const input = {
      list: 'bookings',
      hall: HALL,
      query: 'q=示例王芳',
      format: 'csv',
      extent: 'masked',
    };
    const { sheet } = await exportList(world.ctx, by, input, key());
    expect(sheet.rows.map((cells) => cells.slice(0, 6))).toEqual([
      ['2026-11-25', '12:00', '示**', '100****1234', '1', '0'],
    ]);
    const [entry] = await world.ctx.db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, 'list.export'));
    // What was searched for is a name: it stays out of the log.
    expect(JSON.parse(entry?.details ?? '')).toEqual({
      hall: HALL,
      extent: 'masked',
      reason: '',
      howMany: 1,
      filters: { when: 'coming', order: 'soon', q: true },
    });
  });

  it('happens once in the log, however often its form is sent', async () => {
    const world = await createWorld();
    const { by } = await manager(world);
    const used = key();
    const input = { list: 'bookings', hall: HALL, format: 'csv', extent: 'full', reason: 'report' };
    await exportList(world.ctx, by, input, used);
    await exportList(world.ctx, by, input, used);
    expect(await rowsIn(world.ctx, disclosures)).toBe(1);
  });

  it('refuses a list that is longer than a file may be', async () => {
    const world = await createWorld();
    const session = await world.session({ capacity: 2000 });
    const { person } = await world.person();
    await world.book(person, session);
    const [one] = await world.ctx.db.select().from(bookings);
    const copies = Array.from({ length: EXPORT_MAX }, (_, nth) => ({
      ...one!,
      id: key(),
      code: `A${String(nth).padStart(9, 'Z')}`,
      personId: person.id,
      state: 'booked' as const,
    }));
    await world.ctx.db.$client.execute('DROP INDEX bookings_one_active');
    for (let from = 0; from < copies.length; from += 100) {
      await world.ctx.db.insert(bookings).values(copies.slice(from, from + 100));
    }
    const { by } = await manager(world);
    const input = { list: 'bookings', hall: HALL, format: 'xlsx', extent: 'masked' };
    await expect(exportList(world.ctx, by, input, key())).rejects.toMatchObject({
      reason: 'export_too_long',
    });
    expect(await rowsIn(world.ctx, disclosures)).toBe(0);
  });
});

describe('one booking in full', () => {
  it('opens for ten minutes to whoever gave a reason', async () => {
    const world = await createWorld();
    const bookingId = await world.book((await world.person()).person, await world.session());
    const { by } = await manager(world);
    const { by: colleague } = await manager(world);
    expect(await findShown(world.ctx, by.id, bookingId)).toBeUndefined();
    await discloseBooking(world.ctx, by, { bookingId, hall: HALL, reason: 'contact' }, key());
    expect(await findShown(world.ctx, by.id, bookingId)).toMatchObject({ reason: 'contact' });
    expect(await findShown(world.ctx, colleague.id, bookingId)).toBeUndefined();
    const later = world.at(addMinutes(NOW, SHOWN_MINUTES));
    expect(await findShown(later, by.id, bookingId)).toBeUndefined();
  });
});

/** Rows of a file for a session, one a person. */
function bookingFile(
  session: { startsAt: Date },
  rows: readonly { nth: number; adults?: number; name?: string; time?: string }[],
): string {
  return writeCsv({
    header: ['日期', '时间', '姓名', '手机号', '成人', '儿童', '备注'],
    rows: rows.map(({ nth, adults = 1, name = '示例李明', time }) => [
      calendarDate(session.startsAt),
      time ?? formatTime(session.startsAt),
      name,
      phoneOf(nth),
      String(adults),
      '',
      '老顾客',
    ]),
  });
}

async function upload(world: World, by: Holder, text: string, what = `bookings:${HALL}`) {
  const { importId } = await createImport(world.ctx, by, { what, pasted: text }, key());
  return importId;
}

async function planOf(ctx: CommandContext, by: Holder, importId: string) {
  const found = await findOwnImport(ctx, by.id, importId);
  return planImport(ctx, found!);
}

const outcomesOf = async (ctx: CommandContext, by: Holder, importId: string) =>
  (await findOwnImport(ctx, by.id, importId))?.outcomes.map(({ outcome }) => outcome);

describe('bringing bookings in', () => {
  it('writes the good rows, for people known and unknown, and tells of the others', async () => {
    const world = await createWorld();
    const session = await world.session();
    const known = await world.person(phoneOf(801));
    const { by } = await manager(world);
    const before = await rowsIn(world.ctx, people);
    const text = bookingFile(session, [
      { nth: 801, name: '示例王芳' },
      { nth: 802, adults: 3 },
      { nth: 803, time: '03:00' },
      { nth: 804, adults: 9 },
    ]);
    const importId = await upload(world, by, text);
    const plan = await planOf(world.ctx, by, importId);
    expect(plan.rows.map(problemOf)).toEqual([
      undefined,
      undefined,
      '没有这一场。请核对日期和开始时间',
      '一次最多5人，请分成几行，每行一位联系人',
    ]);
    expect(plan.heading.ignored).toEqual(['备注']);
    await applyImport(world.ctx, by, { importId }, key());
    expect(await outcomesOf(world.ctx, by, importId)).toEqual(['imported', 'imported']);
    const { rows } = await listBookings(world.ctx, HALL, listed());
    const names = await Promise.all(
      rows.map(({ booking, person }) => contactNameOf(world.ctx, booking, person)),
    );
    expect(names.toSorted()).toEqual(['示例李明', '示例王芳']);
    const owners = rows.map(({ booking }) => booking.personId);
    expect(owners).toContain(known.person.id);
    expect(await rowsIn(world.ctx, people)).toBe(before + 1);
    const [now] = await world.ctx.db.select().from(hallSessions);
    expect(now?.booked).toBe(4);
    // Whoever was unknown signs in with the number and finds the visit.
    const { person } = await world.person(phoneOf(802));
    expect(owners).toContain(person.id);
  });

  it('changes nothing twice: not by a second press, nor by the same rows in another file', async () => {
    const world = await createWorld();
    const session = await world.session();
    const { by } = await manager(world);
    const rows = [{ nth: 801 }, { nth: 802 }];
    const importId = await upload(world, by, bookingFile(session, rows));
    await applyImport(world.ctx, by, { importId }, key());
    await applyImport(world.ctx, by, { importId }, key());
    expect(await rowsIn(world.ctx, bookings)).toBe(2);
    const again = await upload(
      world,
      by,
      bookingFile(session, [{ nth: 803 }, ...rows.toReversed()]),
    );
    const plan = await planOf(world.ctx, by, again);
    expect(plan.rows.map(({ repeated }) => repeated)).toEqual([false, true, true]);
    await applyImport(world.ctx, by, { importId: again }, key());
    expect(await outcomesOf(world.ctx, by, again)).toEqual(['imported', 'repeated', 'repeated']);
    expect(await rowsIn(world.ctx, bookings)).toBe(3);
  });

  it('is confirmed by two at once, and writes each row once', async () => {
    const world = await createWorld();
    const session = await world.session({ capacity: 60 });
    const { by } = await manager(world);
    const rows = Array.from({ length: 45 }, (_, nth) => ({ nth: 700 + nth }));
    const importId = await upload(world, by, bookingFile(session, rows));
    await Promise.all([1, 2].map(() => applyImport(world.ctx, by, { importId }, key())));
    expect(await rowsIn(world.ctx, bookings)).toBe(45);
    expect(new Set(await outcomesOf(world.ctx, by, importId))).toEqual(new Set(['imported']));
  });

  it('never takes more places than there are, and says which rows did not fit', async () => {
    const world = await createWorld();
    const session = await world.session({ capacity: 5 });
    const { by } = await manager(world);
    const rows = Array.from({ length: 4 }, (_, nth) => ({ nth: 700 + nth, adults: 2 }));
    const importId = await upload(world, by, bookingFile(session, rows));
    const plan = await planOf(world.ctx, by, importId);
    expect(plan.rows.map(problemOf)).toEqual([
      undefined,
      undefined,
      '名额不够：12:00这一场还剩1个，这一行要2个',
      '名额不够：12:00这一场还剩1个，这一行要2个',
    ]);
    await applyImport(world.ctx, by, { importId }, key());
    expect(await rowsIn(world.ctx, bookings)).toBe(2);
  });

  it('is judged again by the guards: a row they refuse keeps no other from being written', async () => {
    const world = await createWorld();
    const session = await world.session();
    const { by } = await manager(world);
    const rows = Array.from({ length: 7 }, (_, nth) => ({
      nth: 700 + nth,
      adults: nth === 4 ? 3 : 1,
    }));
    const importId = await upload(world, by, bookingFile(session, rows));
    // As if somebody else took the last places between looking and writing.
    await world.ctx.db.$client.execute(
      `CREATE TRIGGER places_went BEFORE INSERT ON bookings WHEN NEW.adults = 3
       BEGIN SELECT RAISE(ABORT, 'session_full'); END`,
    );
    await applyImport(world.ctx, by, { importId }, key());
    const found = await findOwnImport(world.ctx, by.id, importId);
    const refused = found!.outcomes.filter(({ outcome }) => outcome === 'refused');
    expect(found!.outcomes).toHaveLength(7);
    expect(refused).toEqual([{ rowNumber: 6, outcome: 'refused', reason: 'session_full' }]);
    expect(await rowsIn(world.ctx, bookings)).toBe(6);
    const [standing] = await world.ctx.db.select().from(hallSessions);
    expect(standing?.booked).toBe(6);
  });

  it('takes back what was taken out, and finds nothing new in it', async () => {
    const world = await createWorld();
    const session = await world.session();
    const { by } = await manager(world);
    const first = await upload(world, by, bookingFile(session, [{ nth: 801 }, { nth: 802 }]));
    await applyImport(world.ctx, by, { importId: first }, key());
    const input = {
      list: 'bookings',
      hall: HALL,
      format: 'csv',
      extent: 'full',
      reason: 'handover',
    };
    const { sheet } = await exportList(world.ctx, by, input, key());
    expect(readSheet(writeCsv(sheet))).toMatchObject({ header: sheet.header });
    const back = await upload(world, by, writeCsv(sheet));
    const plan = await planOf(world.ctx, by, back);
    expect(plan.rows.map(({ repeated }) => repeated)).toEqual([true, true]);
    // Into an empty hall the same file brings the same visits.
    const empty = await createWorld();
    await empty.ctx.db.insert(hallSessions).values({ ...session, booked: 0 });
    const { by: other } = await manager(empty);
    const importId = await upload(empty, other, writeCsv(sheet));
    await applyImport(empty.ctx, other, { importId }, key());
    const { sheet: same } = await exportList(empty.ctx, other, input, key());
    const withoutCodes = (rows: typeof sheet.rows) =>
      rows.map((cells) => cells.slice(0, 7).join()).toSorted();
    expect(withoutCodes(same.rows)).toEqual(withoutCodes(sheet.rows));
  });

  it('is read from what Excel in China writes', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    // 类型,名称 / 学校,中国小学 in GBK.
    const file = Uint8Array.from(
      'c0e0d0cd2cc3fbb3c60d0ad1a7d0a32cd6d0b9fad0a1d1a70d0a'.match(/../g) ?? [],
      (pair) => Number.parseInt(pair, 16),
    );
    const input = { what: 'organisations:320904', file };
    const { importId } = await createImport(world.ctx, by, input, key());
    const plan = await planOf(world.ctx, by, importId);
    expect(plan.rows.map(({ cells }) => cells['name'])).toEqual(['中国小学']);
  });
});

describe('the list of organisations', () => {
  it('is brought in once, and helps to verify', async () => {
    const world = await createWorld();
    const { by } = await reviewer(world);
    const text = '类型,名称\n学校,示例第一小学\n幼儿园,示例幼儿园\n';
    for (const csv of [text, `${text}学校,示例第三小学\n`]) {
      const importId = await upload(world, by, csv, 'organisations:320904');
      await applyImport(world.ctx, by, { importId }, key());
    }
    expect(await rowsIn(world.ctx, knownOrganisations)).toBe(3);
    const asked = { kind: 'school', name: '示例第一小学', regionCode: '320904' } as const;
    expect(await findKnown(world.ctx, asked)).toBeDefined();
    expect(await findKnown(world.ctx, { ...asked, kind: 'enterprise' })).toBeUndefined();
    expect(await findKnown(world.ctx, { ...asked, regionCode: '320903' })).toBeUndefined();
  });
});

describe('what was uploaded', () => {
  it('is sealed, and empty once its day is over', async () => {
    const world = await createWorld();
    const { by } = await manager(world);
    const text = bookingFile(await world.session(), [{ nth: 801, name: '示例欧阳' }]);
    await upload(world, by, text);
    const content = async () =>
      (await world.ctx.db.select().from(imports))[0]?.contentCipher ?? new Uint8Array(1);
    expect(new TextDecoder().decode(await content())).not.toContain('欧阳');
    expect(await forgetImports(world.at(addMinutes(NOW, 24 * 60)))).toBe(1);
    expect((await content()).length).toBe(0);
  });

  it('moves to a new key with everything else', async () => {
    const world = await createWorld();
    const { by } = await manager(world);
    const importId = await upload(world, by, bookingFile(await world.session(), [{ nth: 801 }]));
    const secrets = { ...(JSON.parse(TEST_KEYS) as object), 2: btoa('n'.repeat(32)) };
    const ctx = { ...world.ctx, keys: await Keyring.open(secrets) };
    await rotateKeys(ctx);
    expect((await world.ctx.db.select().from(imports))[0]?.keyVersion).toBe(2);
    expect((await planOf(ctx, by, importId)).rows).toHaveLength(1);
  });
});
