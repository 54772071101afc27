/**
 * How the demonstration's staff sign in, the same for all of them and known to everybody. Only the seed makes such
 * accounts, and only in a database on this machine; the pages that show it are not part of a production build.
 */
export const DEMO_STAFF = {
  password: 'kite-lantern-harbour',
  /** Base32, for an authenticator app; `/dev/inbox` shows what it says at the moment. */
  totpSecret: 'DEMOSTAFFONTHISMACHINEONLYABCDEF',
} as const;
