/**
 * One policy for every answer: the Worker sets these, and the build writes the same lines into `_headers` for
 * the static pages, which the site itself does not draw. Nothing inline is allowed: no script, style element or attribute.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  // With no-referrer Chrome sends `Origin: null`, and every plain form would look forged.
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), geolocation=(), microphone=()',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
};

/** Pages made to stand in frames of other sites: who may frame them is everybody, and they hold no form. */
export const EMBED_PATH = '/embed/';

/**
 * The same policy for a page in somebody else's frame, and nothing looser but that: any site may frame it. It has no
 * forms, reads nobody's sign-in, and its links open in the site itself.
 */
export const embedHeaders: Readonly<Record<string, string>> = (() => {
  const { 'X-Frame-Options': _, ...others } = securityHeaders;
  return {
    ...others,
    'Content-Security-Policy': contentSecurityPolicy
      .replace("frame-ancestors 'none'", 'frame-ancestors *')
      .replace("form-action 'self'", "form-action 'none'")
      .replace("script-src 'self'", "script-src 'none'"),
    'Cross-Origin-Resource-Policy': 'cross-origin',
  };
})();
