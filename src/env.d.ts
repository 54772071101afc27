declare namespace App {
  /** Set by the Worker for on-demand pages; prerendered pages have none of it. */
  interface Locals {
    /** The instant of this request, for pages that need no more than that. */
    now: Date;
    context: () => Promise<import('./lib/context.ts').CommandContext>;
    signIn: () => Promise<import('./features/accounts/table.ts').SignIn | undefined>;
    /** Opens one ticket for a day without a sign-in. */
    ticketPass: string | undefined;
    requestId: string;
    /** Whether this deployment takes files, and whether somebody looks for viruses in them. */
    files: () => { isStored: boolean; isScanned: boolean };
    /** The key that browsers subscribe to push messages with; undefined where the deployment has none. */
    pushKey: () => string | undefined;
    form: import('./lib/page.ts').FormState | undefined;
    problem: import('./lib/page.ts').PageProblem | undefined;
    /** What made drawing the page fail, handed from the error page to the one place that answers failures. */
    failure?: unknown;
  }
}
