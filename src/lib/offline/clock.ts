/** The site's time on a device whose clock may be wrong: the difference is learned whenever there is a link. */
export interface SiteClock {
  /** Milliseconds to add to the device's clock. */
  offset: number;
  /** When the site last answered, by the site's time; 0 if it never did. */
  heardAt: number;
}

export const UNHEARD: SiteClock = { offset: 0, heardAt: 0 };

/**
 * What an answer teaches: the site wrote its time between sending and receiving.
 * @param siteAt the site's time in the answer; `sentAt` and `receivedAt` by the device's clock.
 */
export function learnClock(siteAt: number, sentAt: number, receivedAt: number): SiteClock {
  return { offset: Math.round(siteAt - (sentAt + receivedAt) / 2), heardAt: siteAt };
}

export function siteTime({ offset }: SiteClock, deviceAt: number): number {
  return deviceAt + offset;
}

/** A clock as wrong as this misleads whoever reads it; less is not worth a word. */
const WRONG_MS = 2 * 60_000;

/** `慢了20分钟`, or undefined where the device's clock will do. */
export function clockWords({ offset }: SiteClock): string | undefined {
  if (Math.abs(offset) < WRONG_MS) return undefined;
  return `${offset > 0 ? '慢' : '快'}了${Math.round(Math.abs(offset) / 60_000)}分钟`;
}

/** How long ago the site last answered: `刚刚`, `6秒前`, `3分钟前`, `2小时前`; undefined if it never did. */
export function heardWords(clock: SiteClock, deviceAt: number): string | undefined {
  if (clock.heardAt === 0) return undefined;
  const seconds = Math.max(0, Math.round((siteTime(clock, deviceAt) - clock.heardAt) / 1000));
  if (seconds < 3) return '刚刚';
  if (seconds < 60) return `${seconds}秒前`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}分钟前` : `${Math.floor(minutes / 60)}小时前`;
}
