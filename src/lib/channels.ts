/** A message ready to leave the house. */
export interface OutgoingMessage {
  /** Repeats of a delivery carry the same key, so that a provider or a person can recognise them. */
  idempotencyKey: string;
  to: string;
  text: string;
}

/** Every channel offers this one function; it throws when the message was not taken. */
export interface Channel {
  send(message: OutgoingMessage): Promise<void>;
}

/** Demonstrations: nothing leaves the machine; `/dev/inbox` shows what would have. */
export const developmentInbox: Channel = {
  send: async () => {},
};

/** A deployment without an SMS provider says so in its queue instead of losing messages silently. */
export const unconfiguredChannel: Channel = {
  send: async () => {
    throw new Error('no SMS provider is configured');
  },
};
