import { noteUse } from '../src/features/accounts/commands.ts';
import { isUseDue } from '../src/features/accounts/policy.ts';
import { findSignIn } from '../src/features/accounts/queries.ts';
import type { Person, SignIn } from '../src/features/accounts/table.ts';
import type { ListProgrammes } from '../src/features/applications/queries.ts';
import type { Holder } from '../src/features/roles/policy.ts';
import type { CommandContext } from '../src/lib/context.ts';
import { openDatabase, type Database } from '../src/lib/db/client.ts';
import { readSettings, type Settings } from '../src/lib/env.ts';
import { DomainError } from '../src/lib/errors.ts';
import { Keyring } from '../src/lib/keyring.ts';
import { createLog, type Log } from '../src/lib/log.ts';
import { demonstrationScanner, httpScanner, type Scanner } from '../src/lib/scanner.ts';
import {
  bucketStorage,
  s3Storage,
  type FileContext,
  type ObjectBucket,
  type Storage,
} from '../src/lib/storage.ts';

export interface ScopeDeps {
  now: () => Date;
  openDatabase: (settings: Settings) => Database;
  log: (line: string) => void;
  /** 创建标准 of the site's content; tests of the API bring their own. */
  listProgrammes?: ListProgrammes;
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

/** For whoever works here and has shown no more than a phone's code, or has been away from their desk. */
export function proofNeeded(): DomainError {
  return new DomainError(
    'not_signed_in',
    'proof_needed',
    '工作要再验证一次身份：还没验证，或者离上次操作超过30分钟。请在新的窗口进工作台验证，再回到这里。',
  );
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

  /** The person with the roles that their sign-in hands out: none with a phone's code alone. @throws DomainError `not_signed_in`. */
  async holder(): Promise<Holder> {
    const person = await this.person();
    return { id: person.id, roles: (await this.signIn())?.roles ?? [] };
  }

  /**
   * Like `holder`, for what only staff do: whoever works here has to have proved who they are.
   * @throws DomainError `not_signed_in`, with the reason `proof_needed` where a phone's code was all.
   */
  async staff(): Promise<Holder> {
    const holder = await this.holder();
    if ((await this.signIn())?.awaitsProof) throw proofNeeded();
    return holder;
  }

  /** The present sign-in itself. @throws DomainError `not_signed_in`. */
  async ownSignIn(): Promise<SignIn> {
    await this.person();
    return (await this.signIn()) as SignIn;
  }

  /**
   * The same for what opens the way to everything else: whoever works here has to have proved who they are.
   * @throws DomainError `not_signed_in`, with the reason `proof_needed` where a phone's code was all.
   */
  async provenSignIn(): Promise<SignIn> {
    const signIn = await this.ownSignIn();
    if (signIn.awaitsProof) throw proofNeeded();
    return signIn;
  }

  /** Notes that the present sign-in is in use, where one was asked for at all and a while has gone by. */
  noteUse(): Promise<void> | undefined {
    return this.#signIn && this.#noteUseOf(this.#signIn);
  }

  /** Every version of every programme, from the content. */
  get listProgrammes(): ListProgrammes {
    return this.#deps.listProgrammes ?? (async () => []);
  }

  /** Undefined where the deployment stores no files. */
  get storage(): Storage | undefined {
    const { FILES_S3 } = this.settings;
    if (FILES_S3) return s3Storage(FILES_S3);
    const { FILES_BUCKET: bucket } = this.#env as { FILES_BUCKET?: ObjectBucket };
    return bucket && bucketStorage(bucket);
  }

  /** Undefined where nobody looks for viruses: then files stay in quarantine. */
  get scanner(): Scanner | undefined {
    const { SCANNER_URL, DEMONSTRATION } = this.settings;
    if (SCANNER_URL) return httpScanner(SCANNER_URL);
    return DEMONSTRATION ? demonstrationScanner : undefined;
  }

  /** @throws DomainError `unavailable` where the deployment stores no files. */
  async fileContext(): Promise<FileContext> {
    const { storage } = this;
    if (storage) return { ...(await this.context()), storage };
    throw new DomainError('unavailable', 'no_storage', '本站现在不能收文件。');
  }

  async #open(): Promise<CommandContext> {
    const db = this.#deps.openDatabase(this.settings);
    const keys = await keyringOf(this.settings);
    return { db, now: this.now, keys, requestId: this.requestId };
  }

  async #noteUseOf(asked: Promise<SignIn | undefined>): Promise<void> {
    const signIn = await asked;
    if (signIn && isUseDue(signIn, this.now)) await noteUse(await this.context(), signIn);
  }

  async #findSignIn(token: string): Promise<SignIn | undefined> {
    return findSignIn(await this.context(), token);
  }
}
