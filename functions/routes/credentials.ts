import { createRoute, z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import type { KeptSignIn } from '../../src/features/accounts/statements.ts';
import {
  acceptInvitation,
  makeRecoveryCodes,
  removePassword,
  resetCredentials,
  setPassword,
  signInWithPassword,
  signInWithRecoveryCode,
} from '../../src/features/credentials/commands.ts';
import {
  addPasskey,
  createChallenge,
  removePasskey,
  signInWithPasskey,
} from '../../src/features/passkeys/commands.ts';
import { relyingParty, type RelyingParty } from '../../src/features/passkeys/policy.ts';
import { challengeInput } from '../../src/features/passkeys/schema.ts';
import { inviteStaff } from '../../src/features/roles/commands.ts';
import { safeNext } from '../../src/lib/page.ts';
import { readForm } from '../forms.ts';
import { deliverSoon } from '../messages.ts';
import { deviceOf, keepSignIn } from '../middleware/session.ts';
import { createApi, jsonAnswer, jsonBody, problems } from '../openapi.ts';
import { submit } from '../submit.ts';
import type { AppContext, AppEnv, PageRenderer } from '../types.ts';

const CREDENTIALS = '/staff/credentials';

const challengeRoute = createRoute({
  method: 'post',
  path: '/passkey-challenges',
  summary: 'What a browser hands to its authenticator; answered once, in a form',
  request: { body: jsonBody(challengeInput.meta({ id: 'PasskeyChallenge' })) },
  responses: {
    201: jsonAnswer(
      'Options for navigator.credentials, as JSON.',
      z.object({ challengeId: z.uuid(), options: z.object({ challenge: z.string() }) }),
    ),
    ...problems(401, 403, 422, 429, 503),
  },
});

export function credentialsApi() {
  const api = createApi();
  api.openapi(challengeRoute, async (c) => {
    const { scope } = c.var;
    const isNew = c.req.valid('json').purpose === 'registration';
    const signIn = isNew ? await scope.ownSignIn() : undefined;
    const made = await createChallenge(await scope.context(), partyOf(c), signIn);
    // All that WebAuthn Level 3 gives options in JSON; the challenge stands for it in the description.
    const options: { challenge: string } = made.options;
    return c.json({ challengeId: made.challengeId, options }, 201);
  });
  return api;
}

/** Proving who one is, and keeping the ways of doing so. Who may reset others' ways, the commands decide. */
export function credentialForms(renderPage: PageRenderer) {
  const forms = new Hono<AppEnv>();
  forms.post('/staff/sign-in', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      const context = await scope.context();
      const device = deviceOf(c);
      if ('answer' in values) {
        const from = (await scope.signIn())?.id;
        keep(c, await signInWithPasskey(context, partyOf(c), values, { device, from }));
      } else {
        keep(c, await signInWithPassword(context, await scope.ownSignIn(), values, device));
      }
      return leadsTo(values['next']);
    });
  });
  forms.post('/staff/sign-in/recovery', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      const signIn = await scope.ownSignIn();
      const context = await scope.context();
      const { kept, left } = await signInWithRecoveryCode(context, signIn, values, deviceOf(c));
      keep(c, kept);
      return `${CREDENTIALS}?left=${left}`;
    });
  });
  forms.post('/staff/set-up', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      if ('answer' in values) return addPasskeyBy(c, values);
      await acceptInvitation(await scope.context(), await scope.ownSignIn(), values);
      return '/staff/set-up';
    });
  });
  forms.post('/staff/credentials', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () => addPasskeyBy(c, values));
  });
  forms.post('/staff/credentials/password', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async () => {
      const { scope } = c.var;
      const signIn = await scope.ownSignIn();
      const { kept } = await setPassword(await scope.context(), signIn, values, deviceOf(c));
      if (kept) keep(c, kept);
      deliverSoon(c);
      return `${CREDENTIALS}?added=1`;
    });
  });
  forms.post('/staff/credentials/removal', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const signIn = await scope.ownSignIn();
      const context = await scope.context();
      if ('passkeyId' in values) await removePasskey(context, signIn, values, key);
      else await removePassword(context, signIn, values, key);
      deliverSoon(c);
      return `${CREDENTIALS}?removed=1`;
    });
  });
  forms.post('/staff/credentials/recovery-codes', async (c) => {
    const values = await readForm(c);
    let codes: string[] = [];
    const answer = await submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      const made = await makeRecoveryCodes(await scope.context(), await scope.ownSignIn(), key);
      ({ codes } = made);
      deliverSoon(c);
      return `${CREDENTIALS}/recovery-codes?shown=1`;
    });
    if (codes.length === 0) return answer;
    // Shown in the answer itself: they exist nowhere else, and no address leads to them again.
    const form = { values: { codes: codes.join(' ') }, message: '', reason: 'made', fields: [] };
    return renderPage(c, c.req.path, { form });
  });
  forms.post('/staff/people/reset', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await resetCredentials(await scope.context(), await scope.staff(), values, key);
      deliverSoon(c);
      return '/staff/people?reset=1';
    });
  });
  forms.post('/staff/people/invitation', async (c) => {
    const values = await readForm(c);
    return submit(c, values, renderPage, async (key) => {
      const { scope } = c.var;
      await inviteStaff(await scope.context(), await scope.staff(), values, key);
      deliverSoon(c);
      return '/staff/people?invited=1';
    });
  });
  return forms;
}

async function addPasskeyBy(c: AppContext, values: Record<string, string>): Promise<string> {
  const { scope } = c.var;
  const signIn = await scope.ownSignIn();
  const context = await scope.context();
  const { kept } = await addPasskey(context, partyOf(c), signIn, values, deviceOf(c));
  if (kept) keep(c, kept);
  deliverSoon(c);
  return `${CREDENTIALS}?added=1`;
}

function keep(c: AppContext, { token, expiresAt }: KeptSignIn): void {
  keepSignIn(c, token, expiresAt);
}

/** On to where one wanted to go; without any wish to the staff's first page. */
function leadsTo(next: string | undefined): string {
  const path = safeNext(next);
  return path === '/' ? '/staff' : path;
}

/** Whatever name a request came by, passkeys belong to the site's own where the deployment states it. */
function partyOf(c: AppContext): RelyingParty {
  return relyingParty(c.var.scope.settings.SITE_ORIGIN ?? new URL(c.req.url).origin);
}
