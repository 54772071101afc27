import { placesLeft, salesPhase } from '../halls/policy.ts';
import type { Exhibit } from '../halls/schema.ts';
import type { HallSession } from '../halls/table.ts';
import type { Member } from './schema.ts';

/** Of age (民法典第十七条): who may answer for a child at an exhibit. */
const ADULT_AGE = 18;

/** Under this age the halls count a child among the places of a booking; its form says the same. */
const CHILD_BELOW_AGE = 14;

/** What somebody can do at an exhibit, from least to most; `measure` waits for the ruler at its door. */
export const PARTS = ['watches', 'measure', 'with_adult', 'takes_part'] as const;
export type Part = (typeof PARTS)[number];

export interface MemberFit {
  member: Member;
  part: Part;
  /** Why it is not simply `takes_part`, in words for visitors. */
  reasons: readonly string[];
}

/**
 * What each member of a party can do at an exhibit, by the limits that it states. Health is not asked: everybody
 * reads the self-check alone. Whoever is older, taller or has an adult along never gets less.
 */
export function fitFor(exhibit: Exhibit, party: readonly Member[]): MemberFit[] {
  const hasAdult = party.some(({ age }) => age >= ADULT_AGE);
  return party.map((member) => ({ member, ...partOf(exhibit, member, hasAdult) }));
}

function partOf(
  { ageMin, heightMinCm, withAdultBelowAge }: Exhibit,
  { age, heightCm }: Member,
  hasAdult: boolean,
): Omit<MemberFit, 'member'> {
  const barred = [
    ...(ageMin !== undefined && age < ageMin ? [`要满${ageMin}岁`] : []),
    ...(heightMinCm !== undefined && heightCm !== undefined && heightCm < heightMinCm
      ? [`要满${heightMinCm}厘米`]
      : []),
  ];
  const needsAdult = withAdultBelowAge !== undefined && age < withAdultBelowAge;
  if (needsAdult && !hasAdult) {
    barred.push(`不满${withAdultBelowAge}岁要有满${ADULT_AGE}岁的人陪，你们里面没有`);
  }
  if (barred.length > 0) return { part: 'watches', reasons: barred };
  const company = needsAdult ? [`不满${withAdultBelowAge}岁，要有成人陪着做`] : [];
  // A grown-up below a child's ruler knows it and has said so.
  if (heightMinCm !== undefined && heightCm === undefined && age < ADULT_AGE) {
    return { part: 'measure', reasons: [`到了量一下，满${heightMinCm}厘米就可以`, ...company] };
  }
  return company.length > 0
    ? { part: 'with_adult', reasons: company }
    : { part: 'takes_part', reasons: [] };
}

/** How a party is counted when it books: 14 and older among the adults, as on the form. */
export function placesFor(party: readonly Member[]): { adults: number; children: number } {
  const children = party.filter(({ age }) => age < CHILD_BELOW_AGE).length;
  return { adults: party.length - children, children };
}

/** Whether somebody is along who can answer for the children; a hall lets no children in by themselves. */
export function isAccompanied(party: readonly Member[]): boolean {
  return party.some(({ age }) => age >= ADULT_AGE);
}

/** The sessions that take the whole party now, in their order. */
export function sessionsFor(
  sessions: readonly HallSession[],
  people: number,
  now: Date,
): HallSession[] {
  return sessions.filter(
    (session) =>
      people <= session.partyMax &&
      salesPhase(session, now) === 'on_sale' &&
      placesLeft(session) >= people,
  );
}

export const partWords: Readonly<Record<Part, string>> = {
  takes_part: '可以参加',
  with_adult: '可以，要成人陪',
  measure: '要量身高',
  watches: '只能看',
};
