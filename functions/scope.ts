import { findSignIn } from '../src/features/accounts/queries.ts';
import type { Person, SignIn } from '../src/features/accounts/table.ts';
import type { Holder } from '../src/features/roles/policy.ts';
import type { CommandContext } from '../src/lib/context.ts';
import { openDatabase, type Database } from '../src/lib/db/client.ts';
import { readSettings, type Settings } from '../src/lib/env.ts';
import { DomainError } from '../src/lib/errors.ts';
import { Keyring } from '../src/lib/keyring.ts';
import { createLog, type Log } from '../src/lib/log.ts';

export interface ScopeDeps {
  now: () => Date;
  openDatabase: (settings: Settings) => Database;
  log: (line: string) => void;
}

export const defaultDeps: ScopeDeps = {
  now: () => new Date(),
  openDatabase: (settings) =>
    openDatabase({ url: settings.DATABASE_URL, authToken: settings.DATABASE_TOKEN }),
  log: (line) => console.log(line),
};

/** Opening a keyring derives two keys a version; the secrets of a deployment do not change under it. */
const keyrings = new Map<string, Promise<Keyring>>();

function keyringOf(settings: Settings): Promise<Keyring> {
  const secrets = JSON.stringify(settings.PERSONAL_DATA_KEYS);
  const opened = keyrings.get(secrets) ?? Keyring.open(settings.PERSONAL_DATA_KEYS);
  keyrings.set(secrets, opened);
  return opened;
}

/**
 * What one request or one job run works with. Everything is made at first use: a page that needs no database
 * opens none, and who is signed in is read once however often it is asked.
 */
export class Scope {
  readonly requestId: string;
  readonly log: Log;
  readonly now: Date;
  readonly #token: string | undefined;
  readonly #deps: ScopeDeps;
  readonly #env: object;
  #settings: Settings | undefined;
  #context: Promise<CommandContext> | undefined;
  #signIn: Promise<SignIn | undefined> | undefined;

  constructor(env: object, requestId: string, deps: ScopeDeps, token?: string) {
    this.requestId = requestId;
    this.#deps = deps;
    this.#token = token;
    this.now = deps.now();
    this.log = createLog(requestId, deps.log);
    this.#env = env;
  }

  /** @throws Error naming what is missing; read at first use, so that the failure is answered and logged. */
  get settings(): Settings {
    this.#settings ??= readSettings(this.#env);
    return this.#settings;
  }

  context(): Promise<CommandContext> {
    this.#context ??= this.#open();
    return this.#context;
  }

  signIn(): Promise<SignIn | undefined> {
    this.#signIn ??= this.#token ? this.#findSignIn(this.#token) : Promise.resolve(undefined);
    return this.#signIn;
  }

  /** @throws DomainError `not_signed_in`. */
  async person(): Promise<Person> {
    const signIn = await this.signIn();
    if (signIn) return signIn.person;
    throw new DomainError('not_signed_in', 'not_signed_in', '请先用手机号登录。');
  }

  /** The person with the roles they hold. @throws DomainError `not_signed_in`. */
  async holder(): Promise<Holder> {
    const person = await this.person();
    return { id: person.id, roles: (await this.signIn())?.roles ?? [] };
  }

  async #open(): Promise<CommandContext> {
    const db = this.#deps.openDatabase(this.settings);
    const keys = await keyringOf(this.settings);
    return { db, now: this.now, keys, requestId: this.requestId };
  }

  async #findSignIn(token: string): Promise<SignIn | undefined> {
    return findSignIn(await this.context(), token);
  }
}
