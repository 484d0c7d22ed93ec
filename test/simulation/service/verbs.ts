import { moveCredits } from './credits.js'
import {
  claimDomain,
  join,
  openPage,
  proveDomain,
  releaseDomain,
  signUp,
  switchPage
} from './doors.js'
import { bring, manage } from './members.js'
import { answerOffer, cancel, invite, resend, useDeadLink } from './offers.js'
import {
  raceForCredits,
  raceForLink,
  raceForPage,
  raceForResource,
  raceForSeats,
  raceOfKey,
  raceOfOwners
} from './races.js'
import { createResource, grant, revoke } from './resources.js'
import { authorize, createRole, deleteRole, updateRole } from './roles.js'
import { passTime, settle } from './settle.js'
import type { Team } from './team.js'
import { actAs, mintToken, revokeKey, shutOut, useToken } from './tokens.js'
import { NOTHING, pick, type Step, type Taken, type World } from './world.js'

type Taker = (world: World, team: Team, step: Step) => Promise<Taken>

const DAY_MS = 86_400_000
const DAYS = [1, 3, 8, 31]

const wait: Taker = async (world, _team, step) => {
  // Mails are given up after some days of refusals: that is for other tests.
  await world.faults.mend()
  await passTime(world, (pick(DAYS, step.amount) ?? 1) * DAY_MS)
  return NOTHING
}

const sweep: Taker = async (world) => {
  const wrong = await settle(world)
  return { said: wrong.join('; ') || 'nothing', expected: 'nothing' }
}

/** What each step does to the service and to the model. */
export const VERBS: Readonly<Record<string, Taker>> = {
  invite,
  bring,
  accept: answerOffer,
  decline: answerOffer,
  dead_link: useDeadLink,
  resend,
  cancel,
  change_role: manage,
  remove: manage,
  leave: manage,
  suspend: manage,
  reactivate: manage,
  reassign: manage,
  cancel_reassignment: manage,
  transfer: manage,
  top_up: moveCredits,
  allocate: moveCredits,
  reclaim: moveCredits,
  move: moveCredits,
  spend: moveCredits,
  hold: moveCredits,
  capture: moveCredits,
  release: moveCredits,
  create_resource: createResource,
  grant,
  revoke,
  create_role: createRole,
  update_role: updateRole,
  delete_role: deleteRole,
  authorize,
  mint_token: mintToken,
  use_token: useToken,
  act_as: actAs,
  revoke_key: revokeKey,
  shut_out: shutOut,
  open_page: openPage,
  switch_page: switchPage,
  sign_up: signUp,
  claim_domain: claimDomain,
  prove_domain: proveDomain,
  release_domain: releaseDomain,
  join,
  race_seats: raceForSeats,
  race_link: raceForLink,
  race_credits: raceForCredits,
  race_page: raceForPage,
  race_owners: raceOfOwners,
  race_resource: raceForResource,
  race_key: raceOfKey,
  wait,
  sweep
}
