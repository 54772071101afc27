import type { Settings } from '../src/lib/env.ts';
import { openSigner, type Signer } from '../src/lib/signing.ts';

/** Undefined where the deployment has no signing key. @throws Error when its two halves do not fit. */
export async function signerOf({ AUDIT_SIGNING_KEY }: Settings): Promise<Signer | undefined> {
  return AUDIT_SIGNING_KEY && openSigner(AUDIT_SIGNING_KEY);
}
