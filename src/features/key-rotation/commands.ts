import { and, eq, isNotNull, isNull, lt, lte, or } from 'drizzle-orm';
import type { CommandContext } from '../../lib/context.ts';
import { print, writeAtomically, type Statement } from '../../lib/db/commit.ts';
import { addMinutes } from '../../lib/time.ts';
import { personPhone } from '../accounts/queries.ts';
import { people, signInCodes } from '../accounts/table.ts';
import { contactNameOf } from '../bookings/queries.ts';
import { bookings } from '../bookings/table.ts';
import { sealedField } from '../community-profiles/queries.ts';
import { communityProfileVersions } from '../community-profiles/table.ts';
import { drillCards } from '../drill-people/table.ts';
import { drills } from '../drills/table.ts';
import { doorNotes } from '../door/table.ts';
import { imports } from '../imports/table.ts';
import { inquiries } from '../inquiries/table.ts';
import { openMessageValues } from '../notifications/queries.ts';
import { outboxMessages } from '../notifications/table.ts';
import { accountSetAsides } from '../phones/table.ts';

/** One batch of each table when keys are rotated: a request's worth, whatever the size of the site. */
const REKEYED_MAX = 100;

type Rekeying = (ctx: CommandContext) => Promise<Statement[]>;

/**
 * Brings some rows of older key versions under the current one; `npm run rotate-keys` calls it until nothing is
 * left. A row that the live site changes in the meantime is left for the next call.
 * @returns how many rows were brought over.
 */
export async function rotateKeys(ctx: CommandContext): Promise<number> {
  const rekeyings: readonly Rekeying[] = [
    rekeyedPeople,
    rekeyedBookings,
    rekeyedCodes,
    rekeyedMessages,
    rekeyedInquiries,
    rekeyedImports,
    rekeyedDoorNotes,
    rekeyedOfficers,
    rekeyedCards,
  ];
  let done = 0;
  for (const rekeyed of rekeyings) {
    const updates = await rekeyed(ctx);
    if (updates.length === 0) continue;
    const results = await writeAtomically(ctx.db, updates, {});
    done += results.reduce((sum, { rowsAffected }) => sum + rowsAffected, 0);
  }
  return done;
}

async function rekeyedPeople({ db, keys }: CommandContext): Promise<Statement[]> {
  const older = lt(people.keyVersion, keys.version);
  const rows = await db
    .select({ person: people, setAsideAt: accountSetAsides.setAsideAt })
    .from(people)
    .leftJoin(accountSetAsides, eq(accountSetAsides.personId, people.id))
    .where(older)
    .limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async ({ person, setAsideAt }) => {
      const { id, keyVersion, dataKeyCipher } = person;
      const isAside = setAsideAt !== null;
      const isErased = dataKeyCipher.length === 0;
      const renewed = isErased
        ? {}
        : {
            // The number of one that was set aside is somebody else's: it must not find this row again.
            ...(isAside
              ? {}
              : { phoneHash: await keys.hash('phone', await personPhone({ keys }, person)) }),
            dataKeyCipher: await keys.rewrapDataKey(id, dataKeyCipher, keyVersion),
          };
      // The number as well: it may have been changed or set aside since.
      const asRead = and(
        eq(people.id, id),
        eq(people.dataKeyCipher, dataKeyCipher),
        eq(people.phoneHash, person.phoneHash),
      );
      return print(
        db
          .update(people)
          .set({ ...renewed, keyVersion: keys.version })
          .where(asRead),
      );
    }),
  );
}

async function rekeyedBookings({ db, keys }: CommandContext): Promise<Statement[]> {
  const rows = await db
    .select({ booking: bookings, person: people })
    .from(bookings)
    .innerJoin(people, eq(people.id, bookings.personId))
    .where(lt(bookings.keyVersion, keys.version))
    .limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async ({ booking, person }) => {
      const { id, contactNameCipher } = booking;
      const name = await contactNameOf({ keys }, booking, person);
      const renewed = name === '' ? {} : { contactNameHash: await keys.hash('name', name) };
      const asRead = and(eq(bookings.id, id), eq(bookings.contactNameCipher, contactNameCipher));
      return print(
        db
          .update(bookings)
          .set({ ...renewed, keyVersion: keys.version })
          .where(asRead),
      );
    }),
  );
}

/** Only codes that have run out: nobody compares their own hash again, which cannot be made without the code. */
async function rekeyedCodes({ db, keys, now }: CommandContext): Promise<Statement[]> {
  const rows = await db
    .select()
    .from(signInCodes)
    .where(and(lt(signInCodes.keyVersion, keys.version), lte(signInCodes.expiresAt, now)))
    .limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async ({ id, phoneCipher, keyVersion }) => {
      const field = `sign-in-code:${id}`;
      const phone = await keys.unseal(field, phoneCipher, keyVersion);
      const renewed = {
        phoneHash: await keys.hash('phone', phone),
        phoneCipher: await keys.seal(field, phone),
        keyVersion: keys.version,
      };
      const asRead = and(eq(signInCodes.id, id), eq(signInCodes.keyVersion, keyVersion));
      return print(db.update(signInCodes).set(renewed).where(asRead));
    }),
  );
}

async function rekeyedMessages(ctx: CommandContext): Promise<Statement[]> {
  const { db, keys } = ctx;
  const older = lt(outboxMessages.keyVersion, keys.version);
  const rows = await db.select().from(outboxMessages).where(older).limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async (message) => {
      const { id, keyVersion } = message;
      const values = await openMessageValues(ctx, message);
      const renewed = {
        contentCipher: await keys.seal(`outbox:${id}`, JSON.stringify(values)),
        keyVersion: keys.version,
      };
      const asRead = and(eq(outboxMessages.id, id), eq(outboxMessages.keyVersion, keyVersion));
      return print(db.update(outboxMessages).set(renewed).where(asRead));
    }),
  );
}

async function rekeyedInquiries({ db, keys }: CommandContext): Promise<Statement[]> {
  const older = lt(inquiries.keyVersion, keys.version);
  const rows = await db.select().from(inquiries).where(older).limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async ({ id, textCipher, phoneCipher, keyVersion }) => {
      const reseal = async (field: string, cipher: Uint8Array) =>
        keys.seal(field, await keys.unseal(field, cipher, keyVersion));
      const phoneField = `inquiry.phone:${id}`;
      const phone = phoneCipher && (await keys.unseal(phoneField, phoneCipher, keyVersion));
      const renewed = {
        ...(textCipher.length > 0
          ? { textCipher: await reseal(`inquiry.text:${id}`, textCipher) }
          : {}),
        ...(phone
          ? {
              phoneCipher: await keys.seal(phoneField, phone),
              phoneHash: await keys.hash('phone', phone),
            }
          : {}),
        keyVersion: keys.version,
      };
      // What has been erased since stays erased.
      const phoneAsRead = phoneCipher
        ? eq(inquiries.phoneCipher, phoneCipher)
        : isNull(inquiries.phoneCipher);
      const asRead = and(eq(inquiries.id, id), eq(inquiries.textCipher, textCipher), phoneAsRead);
      return print(db.update(inquiries).set(renewed).where(asRead));
    }),
  );
}

/** A table that waits to be confirmed; what has been emptied since stays empty. */
async function rekeyedDoorNotes({ db, keys }: CommandContext): Promise<Statement[]> {
  const older = lt(doorNotes.keyVersion, keys.version);
  const rows = await db.select().from(doorNotes).where(older).limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async ({ id, textCipher, actionCipher, keyVersion }) => {
      const reseal = async (field: string, cipher: Uint8Array) =>
        keys.seal(field, await keys.unseal(field, cipher, keyVersion));
      const renewed = {
        textCipher: await reseal(`door-note.text:${id}`, textCipher),
        actionCipher: await reseal(`door-note.action:${id}`, actionCipher),
        keyVersion: keys.version,
      };
      const asRead = and(eq(doorNotes.id, id), eq(doorNotes.keyVersion, keyVersion));
      return print(db.update(doorNotes).set(renewed).where(asRead));
    }),
  );
}

/** 灾害信息员 of a community; what has been forgotten since stays forgotten. */
async function rekeyedOfficers({ db, keys }: CommandContext): Promise<Statement[]> {
  const of = communityProfileVersions;
  const older = lt(of.keyVersion, keys.version);
  const rows = await db.select().from(of).where(older).limit(REKEYED_MAX);
  const updates = rows.map(async ({ officersCipher, keyVersion, ...row }) => {
    if (!officersCipher || keyVersion === null) return [];
    const field = sealedField(row);
    const renewed = {
      officersCipher: await keys.seal(field, await keys.unseal(field, officersCipher, keyVersion)),
      keyVersion: keys.version,
    };
    const asRead = and(
      eq(of.organisationId, row.organisationId),
      eq(of.section, row.section),
      eq(of.version, row.version),
      eq(of.officersCipher, officersCipher),
    );
    return [print(db.update(of).set(renewed).where(asRead))];
  });
  return (await Promise.all(updates)).flat();
}

/** Role cards that nobody can use any more: the code that the hash was made of is known to nobody here. */
async function rekeyedCards({ db, keys, now }: CommandContext): Promise<Statement[]> {
  const rows = await db
    .select({ card: drillCards })
    .from(drillCards)
    .innerJoin(drills, eq(drills.id, drillCards.drillId))
    .where(
      and(
        lt(drillCards.keyVersion, keys.version),
        or(isNotNull(drillCards.withdrawnAt), lte(drills.endsAt, addMinutes(now, -24 * 60))),
      ),
    )
    .limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async ({ card: { id, keyVersion } }) => {
      const renewed = {
        codeHash: await keys.hash('drill-card', `spent:${id}`),
        keyVersion: keys.version,
      };
      const asRead = and(eq(drillCards.id, id), eq(drillCards.keyVersion, keyVersion));
      return print(db.update(drillCards).set(renewed).where(asRead));
    }),
  );
}

async function rekeyedImports({ db, keys }: CommandContext): Promise<Statement[]> {
  const older = lt(imports.keyVersion, keys.version);
  const rows = await db.select().from(imports).where(older).limit(REKEYED_MAX);
  return Promise.all(
    rows.map(async ({ id, contentCipher, keyVersion }) => {
      const field = `import.content:${id}`;
      const renewed =
        contentCipher.length === 0
          ? {}
          : {
              contentCipher: await keys.seal(
                field,
                await keys.unseal(field, contentCipher, keyVersion),
              ),
            };
      const asRead = and(eq(imports.id, id), eq(imports.contentCipher, contentCipher));
      return print(
        db
          .update(imports)
          .set({ ...renewed, keyVersion: keys.version })
          .where(asRead),
      );
    }),
  );
}
