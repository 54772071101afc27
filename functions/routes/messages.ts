import { Hono } from 'hono';
import {
  chooseChannels,
  confirmMail,
  registerMail,
  removeContact,
  resendKind,
  resendMessage,
  subscribePush,
} from '../../src/features/notifications/commands.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

/** How somebody wants to be told, and what staff do about messages that could not be sent. */
export function messageForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  /** A form of somebody's own; what it leads to is said on the page it comes back to. */
  const own = (
    path: string,
    act: (c: AppContext, values: Record<string, string>, key: string) => Promise<string>,
  ) =>
    forms.post(path, async (c) => {
      const values = await readForm(c);
      return submit(c, values, renderPage, (key) => act(c, values, key));
    });
  own('/me/notifications', async ({ var: { scope } }, values, key) => {
    const person = await scope.person();
    await chooseChannels(await scope.context(), person, values, key);
    return '/me/notifications?done=choices';
  });
  own('/me/notifications/mail', async (c, values, key) => {
    const { scope } = c.var;
    const person = await scope.person();
    const made = await registerMail(await scope.context(), person, values, key);
    deliverSoon(c);
    return `/me/notifications/mail/code?${new URLSearchParams(made)}`;
  });
  own('/me/notifications/mail/code', async ({ var: { scope } }, values) => {
    const person = await scope.person();
    await confirmMail(await scope.context(), person, values);
    return '/me/notifications?done=mail';
  });
  own('/me/notifications/mail/removal', async ({ var: { scope } }, values, key) => {
    const person = await scope.person();
    await removeContact(await scope.context(), person, 'mail', values, key);
    return '/me/notifications?done=removal';
  });
  own('/me/notifications/devices', async (c, values, key) => {
    const { scope } = c.var;
    const person = await scope.person();
    const label = browserLabel(c.req.header('user-agent'));
    await subscribePush(await scope.context(), person, values, label, key);
    return '/me/notifications/devices?done=1';
  });
  own('/me/notifications/devices/removal', async ({ var: { scope } }, values, key) => {
    const person = await scope.person();
    await removeContact(await scope.context(), person, 'push', values, key);
    return '/me/notifications/devices?removed=1';
  });
  own('/staff/messages/resend', async (c, values, key) => {
    const { scope } = c.var;
    const by = await scope.holder();
    const context = await scope.context();
    const { resent } = values['template']
      ? await resendKind(context, by, values, key)
      : await resendMessage(context, by, values, key);
    deliverSoon(c);
    return `/staff/messages?state=waiting&resent=${resent}`;
  });
  return forms;
}

const BROWSERS = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const SYSTEMS = [
  ['Android', '安卓手机'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows电脑'],
  ['Mac OS', 'Mac电脑'],
  ['Linux', 'Linux电脑'],
] as const;

/** `Windows电脑上的Edge`: enough to tell one's own browsers apart, and no more of the header is kept. */
function browserLabel(agent = ''): string {
  const named = (names: readonly (readonly [string, string])[], other: string) =>
    names.find(([mark]) => agent.includes(mark))?.[1] ?? other;
  return `${named(SYSTEMS, '设备')}上的${named(BROWSERS, '浏览器')}`;
}
