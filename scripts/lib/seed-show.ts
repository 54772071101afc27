import { findPersonByPhone } from '../../src/features/accounts/queries.ts';
import type { Person } from '../../src/features/accounts/table.ts';
import { rolesOf } from '../../src/features/roles/queries.ts';
import type { Holder } from '../../src/features/roles/policy.ts';
import type { CommandContext } from '../../src/lib/context.ts';
import { DAY_MS } from '../../src/lib/time.ts';
import { signInByPhone } from './demo-people.ts';
import { demoPhones, requireLocalDatabase } from './seed.ts';
import { seedApplications } from './seed-applications.ts';
import { seedDrillEvaluations } from './seed-drill-evaluations.ts';
import { seedCommunities } from './seed-communities.ts';
import { seedDrillEvents } from './seed-drill-events.ts';
import { seedDrillSignUps } from './seed-drill-sign-ups.ts';
import { seedPast } from './seed-past.ts';
import { seedVisits } from './seed-visits.ts';
import { seedVolunteers } from './seed-volunteers.ts';

const HALL = 'yancheng';
const VOLUNTEERS = 5;

/**
 * What is there to be looked at and not to be tested with: eight weeks that are over, volunteers, and a roster. `npm
 * start` adds it to the demonstration of `seed`; tests do without, since it takes two thirds as
 * long again.
 */
export async function seedShow(ctx: CommandContext, url: string): Promise<void> {
  requireLocalDatabase(url);
  const manager = await holder(ctx, demoPhones.manager);
  const staff = await holder(ctx, demoPhones.staff);
  await seedPast(ctx, HALL, { manager, staff });
  const volunteers = [await known(ctx, demoPhones.visitor)];
  for (let nth = 1; nth < VOLUNTEERS; nth += 1) {
    volunteers.push(await known(ctx, `1000000${String(300 + nth).padStart(4, '0')}`));
  }
  await seedVolunteers(ctx, HALL, { manager, staff, volunteers });
  const reviewer = await holder(ctx, demoPhones.reviewer);
  const events = await seedDrillEvents(ctx, { reviewer, person: known });
  if (events) await seedDrillSignUps(ctx, events.announced, known);
  if (events) await seedDrillEvaluations(ctx, events.over);
  await seedCommunities(ctx);
  const administrator = await holder(ctx, demoPhones.administrator);
  await seedApplications(ctx, { administrator, reviewer, person: known });
  await seedVisits(ctx, { reviewer, person: known });
}

async function holder(ctx: CommandContext, phone: string): Promise<Holder> {
  const { id } = await known(ctx, phone);
  return { id, roles: await rolesOf(ctx, id) };
}

/** Signed up ten days ago where they are new, so that whoever tries the site now is not told to wait for a code. */
async function known(ctx: CommandContext, phone: string): Promise<Person> {
  const found = await findPersonByPhone(ctx, phone);
  if (found) return found;
  const before = { ...ctx, now: new Date(ctx.now.getTime() - 10 * DAY_MS) };
  return (await signInByPhone(before, phone)).person;
}
