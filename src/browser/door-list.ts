/** What the list that a device keeps says to what is asked at the door. */
import type { DoorDay, DoorParty } from '../features/door/policy.ts';
import { clockOf } from './door-view.ts';

/** Of the end of a code; fewer fit too many. */
const SEARCH_MIN = 2;

/** By the end of a code, a family name, or a class. */
export function searchParties(day: DoorDay | undefined, text: string): DoorParty[] {
  const wanted = text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
  if (!day || wanted === '') return [];
  const isHan = /\p{Script=Han}/u.test(wanted);
  return day.parties.filter(
    ({ code, name, label }) =>
      (wanted.length >= SEARCH_MIN && code.endsWith(wanted)) ||
      (isHan && (name.startsWith(wanted.slice(0, 1)) || label?.includes(wanted))),
  );
}

/** Why so many walk-ins cannot go in now, or undefined. */
export function walkInObjection(
  day: DoorDay | undefined,
  sessionId: string,
  people: number,
  now: number,
): string | undefined {
  const session = day?.sessions.find(({ id }) => id === sessionId);
  if (day && now >= day.closesAt) return '今天已经闭馆，不再登记';
  if (!session) return '请选一个场次';
  if (session.isStopped) return '这一场停开了，不能再放人进来';
  if (now < session.arrivalOpensAt) return `${clockOf(session.arrivalOpensAt)}起入场`;
  if (now >= session.endsAt) return '这一场已经结束，不再登记';
  return people > session.walkInsLeft ? `这一场只能再进${session.walkInsLeft}人` : undefined;
}
