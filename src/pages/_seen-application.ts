import type { AstroGlobal } from 'astro';
import { listProgrammes } from '../features/programmes/queries.ts';
import { findSeenApplication, type SeenApplication } from '../features/reviews/queries.ts';
import type { Holder } from '../features/roles/policy.ts';
import type { CommandContext } from '../lib/context.ts';
import { proofAddress, signInAddress } from '../lib/page.ts';

/** What a page of one application begins with. */
interface Opened {
  by: Holder;
  context: CommandContext;
  seen: SeenApplication;
}

type Site = Pick<AstroGlobal, 'locals' | 'params' | 'redirect' | 'rewrite' | 'url'>;

/** The application of its applicant's page; else the answer to give: sign in, prove who you are, or no such page. */
export async function openOwnApplication(site: Site): Promise<Opened | Response> {
  const signIn = await site.locals.signIn();
  if (!signIn) return site.redirect(signInAddress(site.url), 303);
  const opened = await open(site, { id: signIn.person.id, roles: signIn.roles });
  if (opened?.seen.side === 'applicant') return opened;
  return signIn.awaitsProof ? site.redirect(proofAddress(site.url), 303) : site.rewrite('/404');
}

/** The same of an office's page. What one may not see does not exist; its applicant has pages of their own. */
export async function openReviewedApplication(site: Site): Promise<Opened | Response> {
  const signIn = await site.locals.signIn();
  if (!signIn) return site.redirect(signInAddress(site.url), 303);
  if (signIn.roles.length === 0) return site.rewrite('/404');
  const opened = await open(site, { id: signIn.person.id, roles: signIn.roles });
  return opened && opened.seen.side !== 'applicant' ? opened : site.rewrite('/404');
}

async function open({ locals, params }: Site, by: Holder): Promise<Opened | undefined> {
  const context = await locals.context();
  const seen = await findSeenApplication(context, listProgrammes, by, params['id'] ?? '');
  return seen && { by, context, seen };
}
