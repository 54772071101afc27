import { and, eq, gt, sql } from 'drizzle-orm';
import { signIns, signOuts } from '../../src/features/accounts/table.ts';
import { passkeyChallenges, passkeys } from '../../src/features/passkeys/table.ts';
import {
  invitationAcceptances,
  roleGrants,
  staffInvitations,
  type HeldRole,
} from '../../src/features/roles/table.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { writeAtomically, type Query } from '../../src/lib/db/commit.ts';
import { newId } from '../../src/lib/ids.ts';
import { addMinutes } from '../../src/lib/time.ts';
import { testHall } from './session.ts';

type Reads = Pick<CommandContext, 'db' | 'now'>;

/** Longer than a test, and no idle time within: what runs out is tested where it belongs. */
const STRONG_MINUTES = 12 * 60;

/**
 * Gives a role as the command line does: by nobody in particular. The person's sign-ins become what a passkey would have
 * made of them, under the tokens that tests hold already; the real way there is walked in `staff-sign-in` tests.
 */
export async function addRole(
  { db, now }: Reads,
  personId: string,
  held: HeldRole,
): Promise<string> {
  const id = await addRoleOnly({ db, now }, personId, held);
  await strengthen({ db, now }, personId);
  return id;
}

/** The role alone: with no more than a phone's code it opens nothing. */
export async function addRoleOnly(
  { db, now }: Reads,
  personId: string,
  held: HeldRole,
): Promise<string> {
  const id = newId(now);
  await db.insert(roleGrants).values({ id, personId, ...held, grantedAt: now });
  return id;
}

export function addHallStaff(ctx: Reads, personId: string, hall = testHall.slug): Promise<string> {
  return addRole(ctx, personId, { role: 'hall_staff', scopeKind: 'hall', scopeId: hall });
}

/** Every guard is asked as ever: an invitation, a passkey for it, and a challenge for each sign-in. */
export async function strengthen({ db, now }: Reads, personId: string): Promise<void> {
  const isLive = sql`not exists (select 1 from ${signOuts} where ${signOuts.signInId} = ${signIns.id})`;
  const own = await db
    .select()
    .from(signIns)
    .where(
      and(
        eq(signIns.personId, personId),
        eq(signIns.method, 'phone'),
        gt(signIns.expiresAt, now),
        isLive,
      ),
    );
  const [first] = own;
  if (!first) return;
  const known = await db
    .select({ id: passkeys.id })
    .from(passkeys)
    .where(and(eq(passkeys.personId, personId), eq(passkeys.state, 'active')));
  const statements: Query[] = known.length > 0 ? [] : firstPasskey({ db, now }, personId, first.id);
  for (const { id, tokenHash, device } of own) {
    const codeId = newId(now);
    statements.push(
      db.insert(passkeyChallenges).values({
        ...{ id: codeId, purpose: 'sign_in', challenge: codeId, createdAt: now },
        expiresAt: addMinutes(now, 5),
      }),
      db.delete(signIns).where(eq(signIns.id, id)),
      db.insert(signIns).values({
        ...{ id, personId, codeId, tokenHash, device, method: 'passkey', createdAt: now },
        expiresAt: addMinutes(now, STRONG_MINUTES),
        usedAt: addMinutes(now, STRONG_MINUTES),
      }),
    );
  }
  await writeAtomically(db, statements, {});
}

function firstPasskey({ db, now }: Reads, personId: string, signInId: string): Query[] {
  const expiresAt = addMinutes(now, 5);
  const [invitationId, challengeId] = [newId(now), newId(now)];
  const codeHash = crypto.getRandomValues(new Uint8Array(32));
  return [
    db
      .insert(staffInvitations)
      .values({ id: invitationId, personId, codeHash, invitedAt: now, expiresAt }),
    db.insert(invitationAcceptances).values({ invitationId, signInId, acceptedAt: now }),
    db.insert(passkeyChallenges).values({
      ...{ id: challengeId, purpose: 'registration', personId, challenge: challengeId },
      ...{ createdAt: now, expiresAt },
    }),
    db.insert(passkeys).values({
      ...{ id: newId(now), personId, credentialId: `test-${challengeId}`, challengeId, signInId },
      ...{ publicKey: new Uint8Array(1), counter: 0, transports: [], name: '示例', usedAt: now },
      ...{ deviceType: 'multiDevice', backedUp: true, createdAt: now },
    }),
  ];
}

/** The manager of the test hall, as the site knows them after a strong sign-in. */
export async function manager(world: {
  ctx: Reads;
  person: () => Promise<{ person: { id: string } }>;
}): Promise<Holder> {
  const { person } = await world.person();
  const held = { role: 'hall_manager', scopeKind: 'hall', scopeId: testHall.slug } as const;
  await addRole(world.ctx, person.id, held);
  return { id: person.id, roles: [held] };
}
