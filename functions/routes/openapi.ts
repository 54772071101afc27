import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../types.ts';

/** The description of the API, from the same schemas that parse it. */
export function openapiDocument(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'signIn', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-anlan',
    description: 'Set by POST /api/sign-ins.',
  });
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: '安澜 Anlan',
      version: '0.1.0',
      description: 'Sessions of experience halls, and bookings for them. Errors follow RFC 9457.',
      license: { name: 'MIT' },
    },
  });
}
