import { templates } from '../../src/messages.ts';
import type { Post } from '../../src/features/notifications/commands.ts';
import type { OutgoingMessage } from '../../src/lib/channels/channel.ts';

/** The site's own kinds over channels that all do the same, at any hour. */
export function postTo(
  send: (message: OutgoingMessage) => Promise<void>,
  more: Partial<Post> = {},
): Post {
  const channel = { send };
  const channels = { sms: channel, mail: channel, push: channel, wechat: channel };
  return { channels, templates, signature: '安澜', quiet: null, ...more };
}
