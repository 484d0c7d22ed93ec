import { createHmac, type KeyObject, sign as signBytes } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { START } from './app.js'

export const JWT_SECRET = 'a secret of the host and its issuer, nobody else'
export const ISSUER = 'https://id.host.test/'
export const AUDIENCE = 'muster'
/** What a deployment knows of an issuer that shares a secret with it. */
export const BY_SECRET = {
  MUSTER_JWT_SECRET: JWT_SECRET,
  MUSTER_JWT_ISSUER: ISSUER,
  MUSTER_JWT_AUDIENCE: `other, ${AUDIENCE}`
}

export const seconds = (instant: Date) => Math.floor(instant.getTime() / 1_000)

export const claimsOf = (sub: string, fields: Record<string, unknown> = {}) => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub,
  iat: seconds(START),
  exp: seconds(START) + 3_600,
  ...fields
})

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token as an issuer, or whoever would like to be one, puts it together. */
export function makeToken(
  header: Record<string, unknown> | string,
  claims: Record<string, unknown> | string,
  sign: (input: string) => Buffer
): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${sign(input).toString('base64url')}`
}

export const byHmac =
  (secret: string | Buffer, hash = 'sha256') =>
  (input: string) =>
    createHmac(hash, secret).update(input).digest()

/** RS256, ES256, EdDSA and their like, as the key is. */
export const byKey =
  (key: KeyObject, hash: string | null = 'sha256') =>
  (input: string) =>
    signBytes(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })

export const bySecret = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
  makeToken({ alg: 'HS256', typ: 'JWT', ...header }, claims, byHmac(JWT_SECRET))

export const bearer = (token: string) => ({
  key: null,
  headers: { authorization: `Bearer ${token}` }
})

/** Where an issuer publishes its keys; a test says how it answers. */
export async function keyServer(t: Test) {
  const issuer = {
    asked: 0,
    answer(response: ServerResponse): void {
      response.end('{"keys":[]}')
    }
  }
  const server = createServer((_request, response) => {
    issuer.asked += 1
    issuer.answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return Object.assign(issuer, { url: `http://127.0.0.1:${port}/jwks.json` })
}
