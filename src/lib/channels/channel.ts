/** The ways a message can leave. */
export const CHANNELS = ['sms', 'mail', 'push', 'wechat'] as const;
export type ChannelName = (typeof CHANNELS)[number];

/** A message ready to leave the house. */
export interface OutgoingMessage {
  /** Repeats of a delivery carry the same key, so that a provider or a person can recognise them. */
  idempotencyKey: string;
  /** Which kind of message it is: providers know their approved template by it. */
  kind: string;
  /** A telephone number, an e-mail address, a push subscription as JSON, or an openid: what the channel takes. */
  to: string;
  /** The subject of a mail, the headline of a push message. */
  title: string;
  /** The whole text; of an SMS as it will be read, signature included. */
  text: string;
  /** What fills the template, in the order in which the template names it. */
  variables: Readonly<Record<string, string>>;
  /** The page of this site that it is about. */
  path: string;
  now: Date;
}

/** Every channel offers this one function; it throws `DeliveryError` when the message was not taken. */
export interface Channel {
  send(message: OutgoingMessage): Promise<void>;
}

export type Channels = Readonly<Record<ChannelName, Channel>>;

/**
 * Why a message was not taken, in the provider's own code and never with the recipient. Trying again helps
 * against what is temporary: a line, a limit, an unpaid bill. It does not against what is permanent: a number that
 * is none, a template that was refused.
 */
export class DeliveryError extends Error {
  readonly permanent: boolean;

  constructor(code: string, { permanent = false, cause }: DeliveryErrorOptions = {}) {
    super(code.slice(0, CODE_MAX), { cause });
    this.name = 'DeliveryError';
    this.permanent = permanent;
  }
}

/**
 * The provider's id of a kind's text. Texts for numbers outside the mainland (those that begin with +) are approved
 * apart: their ids stand under `<kind>@abroad`. @throws DeliveryError where none was set.
 */
export function smsTemplate(
  templates: Readonly<Record<string, string>>,
  kind: string,
  to: string,
): string {
  const name = to.startsWith('+') ? `${kind}@abroad` : kind;
  const id = templates[name];
  if (!id) throw new DeliveryError(`no template id for ${name}`, { permanent: true });
  return id;
}

interface DeliveryErrorOptions {
  permanent?: boolean;
  cause?: unknown;
}

/** Longer than any provider's code; what is longer is a page of somebody's proxy. */
const CODE_MAX = 100;

/** Demonstrations: nothing leaves the machine; `/dev/inbox` shows what would have. */
export const developmentInbox: Channel = {
  send: async () => {},
};

/** A deployment without a provider says so in its queue instead of losing messages silently. */
export function unconfiguredChannel(setting: string): Channel {
  return {
    send: async () => {
      throw new DeliveryError(`not configured: set ${setting}`);
    },
  };
}
