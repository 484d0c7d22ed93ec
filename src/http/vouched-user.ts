import type { FastifyRequest } from 'fastify'
import { invalidRequest } from '../errors.js'
import type { VouchedUser } from '../schemas.js'
import { callingPerson } from './access.js'

/**
 * Whom it is about: with a key whom the body names, with a token whom its claims name, and nobody
 * else.
 *
 * @throws Problem invalid_request
 */
export function vouchedUser(request: FastifyRequest, given: VouchedUser | undefined): VouchedUser {
  const person = callingPerson(request)
  if (!person) {
    if (given) return given
    throw wrong('#/user', 'must be given: with an API key nothing else says who it is')
  }
  if (given) throw wrong('#/user', 'must be left out: the token says who it is')
  const { id, name, email, emailVerified } = person
  if (email === null) throw wrong('header:/Authorization', 'The token must have the claim email.')
  return { id, email, email_verified: emailVerified, ...(name === null ? {} : { name }) }
}

const wrong = (pointer: string, detail: string) => invalidRequest({ errors: [{ pointer, detail }] })
