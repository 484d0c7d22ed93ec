import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Test } from 'tap'
import type { RouteAccess } from '../../src/http/route-access.js'
import { createTestApp, type TestOptions } from './app.js'

/** One method of one address, as the server really has it. */
export interface Target {
  readonly method: string
  /** `/v1/organizations/{organization_id}`; what a wildcard takes is called `*`. */
  readonly path: string
  readonly access: RouteAccess
  /** Undefined: a page, which the OpenAPI document does not have. */
  readonly operationId: string | undefined
}

/** An app, and everything that it answers to: what no list could forget. */
export async function appWithRoutes(t: Test, options: TestOptions = {}) {
  const found: RouteOptions[] = []
  const collect = (message: unknown) => {
    const { fastify } = message as { readonly fastify: FastifyInstance }
    // Hooks that come after this one may still declare the access.
    fastify.addHook('onRoute', (route) => void found.push(route))
  }
  subscribe('fastify.initialization', collect)
  const app = await createTestApp(t, options).finally(() => {
    unsubscribe('fastify.initialization', collect)
  })
  return { app, routes: found.flatMap(targetsOf) }
}

function targetsOf({ method, url, config, schema }: RouteOptions): Target[] {
  const access = config?.access
  if (!access) throw new Error(`${url} declares no access`)
  const path = url.replace(/:(\w+)/g, '{$1}').replace('*', '{*}')
  const { operationId } = (schema ?? {}) as { readonly operationId?: string }
  return [method]
    .flat()
    .filter((name) => name !== 'HEAD')
    .map((name) => ({ method: name, path, access, operationId }))
}

export const nameOf = ({ method, path }: Pick<Target, 'method' | 'path'>) => `${method} ${path}`

/** What of a path is to be filled in. */
export const parametersOf = ({ path }: Pick<Target, 'path'>): string[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name)
