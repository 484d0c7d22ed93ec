import type { Group } from '../simulation/service/steps.js'

/** A fault that is planted in a copy of the built service: text of a file, and what takes its place. */
export interface Plant {
  readonly name: string
  readonly what: string
  /** Below the copy, which has `dist` and `migrations`. */
  readonly file: string
  readonly from: string
  readonly to: string
  /** Where it shows soonest: the policies of the teams, and what is mostly played on them. */
  readonly policies: readonly string[]
  readonly focus: readonly Group[]
}

export const PLANTS: readonly Plant[] = [
  {
    name: 'missing-lock',
    what: 'a command reads its organization without locking it',
    file: 'migrations/0005_seats_and_billing.sql',
    from: 'for no key update;',
    to: ';',
    policies: ['standard'],
    focus: ['offers', 'resources']
  },
  {
    name: 'seat-off-by-one',
    what: 'one more gets in than there are seats',
    file: 'dist/features/seats/seat-gate.js',
    from: 'used >= size',
    to: 'used > size',
    policies: ['standard'],
    focus: ['offers']
  },
  {
    name: 'lost-event',
    what: 'a change of role is told to nobody',
    file: 'dist/features/members/change-roles.js',
    from: 'appendEvents(tx, ctx, placeOf(organization), events);',
    to: '',
    policies: ['standard'],
    focus: ['members']
  },
  {
    name: 'skipped-sweep',
    what: 'what has expired is never written down',
    file: 'dist/features/invitations/expire-invitations.sweep.js',
    from: 'lte(invitations.expiresAt, now)',
    to: 'lte(invitations.expiresAt, new Date(0))',
    policies: ['standard'],
    focus: ['offers', 'time']
  },
  {
    name: 'surviving-link',
    what: 'a link that another has replaced still lets in',
    file: 'dist/features/invitations/resend-invitation.js',
    from: 'generation: invitation.generation + 1',
    to: 'generation: invitation.generation',
    policies: ['standard'],
    focus: ['offers', 'time']
  },
  {
    name: 'lost-credits',
    what: 'credits of who is removed stay with them',
    file: 'dist/features/credits/return-credits.js',
    from: "if (credits.kind !== 'pool' || ended.length === 0)",
    to: 'if (credits)',
    policies: ['oupi'],
    focus: ['tokens', 'members']
  },
  {
    name: 'kept-grant',
    what: 'who is removed keeps what they have exclusively',
    file: 'dist/features/resources/end-grants.js',
    from: 'const taken = inTurn(memberIds, await takeGrants(tx, organizationId, memberIds));',
    to: 'const taken = [];',
    policies: ['standard'],
    focus: ['resources', 'members']
  },
  {
    name: 'forgetful-keeper',
    what: 'the answer under an Idempotency-Key is not kept',
    file: 'dist/http/idempotency.js',
    from: 'async keep(tx, result) {',
    to: 'async keep(tx, result) { if (tx) return;',
    policies: ['standard'],
    focus: ['offers']
  },
  {
    name: 'delivered-unsent',
    what: 'a delivery counts as done whatever the consumer answered',
    file: 'dist/features/webhooks/drain.js',
    from: 'const ruling = judge(outcome, row.attempts + 1, ended);',
    to: "const ruling = { kind: 'delivered' };",
    policies: ['standard'],
    focus: ['machines', 'members']
  },
  {
    name: 'idle-suspension',
    what: 'who is suspended may do what they might before',
    file: 'dist/features/roles/authorize.js',
    from: 'status: statusAt(row, ctx.now)',
    to: "status: 'active'",
    policies: ['standard'],
    focus: ['tokens', 'members']
  },
  {
    name: 'uncounted-signup',
    what: 'who asks on a signup page is not counted',
    file: 'dist/features/signup-pages/request-signup.js',
    from: 'signupCount: page.signupCount + 1',
    to: 'signupCount: page.signupCount',
    policies: ['standard'],
    focus: ['doors']
  },
  {
    name: 'lost-job',
    what: 'what the queue has lost is not handed over again',
    file: 'dist/jobs/relay.js',
    from: 'now.getTime() + HAND_OVER_AGAIN_MS',
    to: 'now.getTime() + 1000 * 365 * HAND_OVER_AGAIN_MS',
    policies: ['standard'],
    focus: ['offers', 'machines']
  },
  {
    name: 'surviving-token',
    what: 'tokens of who is suspended still let them in',
    file: 'dist/http/prove.js',
    from: "if (status !== 'active')",
    to: 'if (!status)',
    policies: ['standard'],
    focus: ['tokens', 'members']
  },
  {
    name: 'revoked-key',
    what: 'a key that is revoked is still good, and tokens that were made with it',
    file: 'dist/http/prove.js',
    from: 'key.revokedAt !== null',
    to: "key.revokedAt === ''",
    policies: ['standard'],
    focus: ['tokens']
  }
]
