import { eq } from 'drizzle-orm';
import type { Person } from '../../src/features/accounts/table.ts';
import { signUp } from '../../src/features/drill-sign-ups/commands.ts';
import { drillParticipants, drillRoles } from '../../src/features/drills/table.ts';
import type { CommandContext } from '../../src/lib/context.ts';

/** Fictitious households, as the notice page is filled in by real ones. */
const FAMILIES = [
  { name: '示例王芳', adults: 2, children: 1, unit: '3栋2单元' },
  { name: '示例赵建国', adults: 2, children: 0, unit: '3栋1单元', needs: ['wheelchair'] },
  { name: '示例孙桂英', adults: 1, children: 0, unit: '5栋1单元', needs: ['hearing', 'sight'] },
  { name: '示例刘洋', adults: 2, children: 1, unit: '5栋2单元', needs: ['infant'] },
  { name: '示例何敏', adults: 2, children: 2, unit: '7栋1单元' },
  { name: '示例高山', adults: 1, children: 0, unit: '10栋1单元', words: '要有人带路，第一次来' },
];
const FIRST_PHONE = 261;

/** Families and an observer who have signed up for the demonstration's announced drill; nothing where somebody has before. */
export async function seedDrillSignUps(
  ctx: CommandContext,
  drillId: string,
  person: (ctx: CommandContext, phone: string) => Promise<Person>,
): Promise<void> {
  const signedUp = await ctx.db.$count(drillParticipants, eq(drillParticipants.how, 'signed_up'));
  const roles = await ctx.db.select().from(drillRoles).where(eq(drillRoles.drillId, drillId));
  const families = roles.find(({ filledBy }) => filledBy === 'household');
  const observers = roles.find(({ filledBy }) => filledBy === 'observer');
  if (signedUp > 0) return;
  let nth = FIRST_PHONE;
  const next = () => person(ctx, `1000000${String((nth += 1)).padStart(4, '0')}`);
  for (const { name, adults, children, unit, needs = [], words = '' } of families ? FAMILIES : []) {
    const input = { drillId, roleId: families?.id, name, adults, children, unit, needs };
    const told = { needsWords: words, needsConsent: needs.length > 0 || words !== '' };
    await signUp(ctx, await next(), { ...input, ...told }, crypto.randomUUID());
  }
  if (!observers) return;
  const alone = { adults: 1, children: 0, unit: '邻近社区居委会' };
  const observer = { drillId, roleId: observers.id, name: '示例郭静', ...alone };
  await signUp(ctx, await next(), observer, crypto.randomUUID());
}
