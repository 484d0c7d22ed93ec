/** A fault that is planted in a copy of the built service: text of a file, and what takes its place. */
export interface Plant {
  readonly name: string
  readonly what: string
  /** Below the copy, which has `dist` and `migrations`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

export const PLANTS: readonly Plant[] = [
  {
    name: 'missing-lock',
    what: 'a command reads its organization without locking it',
    file: 'migrations/0005_seats_and_billing.sql',
    from: 'for no key update;',
    to: ';'
  },
  {
    name: 'seat-off-by-one',
    what: 'one more gets in than there are seats',
    file: 'dist/features/seats/seat-gate.js',
    from: 'used >= size',
    to: 'used > size'
  },
  {
    name: 'lost-event',
    what: 'a change of role is told to nobody',
    file: 'dist/features/members/change-roles.js',
    from: 'appendEvents(tx, ctx, placeOf(organization), events);',
    to: ''
  },
  {
    name: 'skipped-sweep',
    what: 'what has expired is never written down',
    file: 'dist/features/invitations/expire-invitations.sweep.js',
    from: 'lte(invitations.expiresAt, now)',
    to: 'lte(invitations.expiresAt, new Date(0))'
  },
  {
    name: 'surviving-link',
    what: 'a link that another has replaced still lets in',
    file: 'dist/features/invitations/resend-invitation.js',
    from: 'generation: invitation.generation + 1',
    to: 'generation: invitation.generation'
  },
  {
    name: 'lost-credits',
    what: 'credits of who is removed stay with them',
    file: 'dist/features/credits/return-credits.js',
    from: "if (credits.kind !== 'pool' || ended.length === 0)",
    to: 'if (credits)'
  },
  {
    name: 'kept-grant',
    what: 'who is removed keeps what they have exclusively',
    file: 'dist/features/resources/end-grants.js',
    from: 'const taken = inTurn(memberIds, await takeGrants(tx, organizationId, memberIds));',
    to: 'const taken = [];'
  },
  {
    name: 'forgetful-keeper',
    what: 'the answer under an Idempotency-Key is not kept',
    file: 'dist/http/idempotency.js',
    from: 'async keep(tx, result) {',
    to: 'async keep(tx, result) { if (tx) return;'
  },
  {
    name: 'delivered-unsent',
    what: 'a delivery counts as done whatever the consumer answered',
    file: 'dist/features/webhooks/drain.js',
    from: "const status = ruling.kind === 'delivered' ?",
    to: "const status = ruling.kind !== '' ?"
  },
  {
    name: 'idle-suspension',
    what: 'who is suspended may do what they might before',
    file: 'dist/features/roles/authorize.js',
    from: 'status: statusAt(row, ctx.now)',
    to: "status: 'active'"
  },
  {
    name: 'uncounted-signup',
    what: 'who asks on a signup page is not counted',
    file: 'dist/features/signup-pages/request-signup.js',
    from: 'signupCount: page.signupCount + 1',
    to: 'signupCount: page.signupCount'
  },
  {
    name: 'lost-job',
    what: 'what the queue has lost is not handed over again',
    file: 'dist/jobs/relay.js',
    from: 'now.getTime() + HAND_OVER_AGAIN_MS',
    to: 'now.getTime() + 1000 * 365 * HAND_OVER_AGAIN_MS'
  }
]
