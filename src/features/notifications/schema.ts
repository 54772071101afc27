import type { CommandContext } from '../../lib/context.ts';

/** What a message is made from: the fewest values from which its words can be found at delivery. */
export type MessageValues = Readonly<Record<string, string>>;

/** Words and recipient, made when the message leaves; null when its subject has gone in the meantime. */
export type Template = (
  ctx: CommandContext,
  values: MessageValues,
) => Promise<{ to: string; text: string } | null>;

export type Templates = Readonly<Record<string, Template>>;
